#include "link/target_parts.h"
#include <sumac/target.h>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace sumac {

namespace {

using link::quoted;

constexpr std::string_view example = "write spice://host:port, for example spice://localhost:5900";
constexpr std::string_view known_keys = "port, tls-port and password";

enum class Scheme { plain, tls, unix_socket };

/// An address cut at its separators; nothing decoded yet.
struct Parts {
    Scheme scheme = Scheme::plain;
    std::string_view authority; ///< up to the first '/' or '?'
    std::string_view path;      ///< from that '/' on
    std::string_view query;     ///< behind the '?'
};

Failure bad_address(std::string_view message, std::string_view advice = example) {
    return {ErrorCode::invalid, fmt::format("bad address: {}", message), std::string{advice}};
}

/// Up to `separator`, and what follows it; the second is empty if there is none.
std::pair<std::string_view, std::string_view> cut(std::string_view text, char separator) {
    const std::size_t at = text.find(separator);
    if (at == std::string_view::npos) return {text, {}};
    return {text.substr(0, at), text.substr(at + 1)};
}

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
    return std::nullopt;
}

/// Nothing if a percent sign is not followed by two hex digits.
std::optional<std::string> percent_decode(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        if (text.size() - i < 3) return std::nullopt;
        const auto high = hex_digit(text[i + 1]);
        const auto low = hex_digit(text[i + 2]);
        if (!high || !low) return std::nullopt;
        decoded += static_cast<char>(*high << 4U | *low);
        i += 2;
    }
    return decoded;
}

/// `part` names the text in the failure, which does not show it: it may be the password.
Result<std::string, Failure> decode(std::string_view part, std::string_view text) {
    auto decoded = percent_decode(text);
    if (!decoded) {
        return bad_address(
            fmt::format("in the {}, a percent sign stands without two hex digits", part),
            "write %25 for a percent sign");
    }
    if (link::has_nul(*decoded)) return bad_address(fmt::format("the {} contains a NUL", part));
    return *std::move(decoded);
}

/// Schemes are case-insensitive (RFC 3986, 3.1).
std::optional<Scheme> parse_scheme(std::string_view text) {
    std::string lower{text};
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (lower == "spice") return Scheme::plain;
    if (lower == "spice+tls") return Scheme::tls;
    if (lower == "spice+unix") return Scheme::unix_socket;
    return std::nullopt;
}

Result<Parts, Failure> split(std::string_view uri) {
    const std::size_t colon = uri.find("://");
    if (colon == std::string_view::npos) {
        return bad_address(
            fmt::format("{} does not begin with spice://", quoted(cut(uri, '?').first)));
    }
    const auto scheme = parse_scheme(uri.substr(0, colon));
    if (!scheme) {
        return bad_address(fmt::format("{} is not a scheme we know", quoted(uri.substr(0, colon))),
                           "use spice://, spice+tls:// or spice+unix://");
    }
    Parts parts;
    parts.scheme = *scheme;
    std::string_view rest;
    std::tie(rest, parts.query) = cut(uri.substr(colon + 3), '?');
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    parts.authority = rest.substr(0, slash);
    parts.path = rest.substr(slash);
    return parts;
}

Result<std::uint16_t, Failure> port_of(std::string_view what, std::string_view text) {
    if (const auto port = link::parse_port(text)) return *port;
    return bad_address(fmt::format("{} {} is not a number from 1 to 65535", what, quoted(text)));
}

/// "host", "host:port", "[address]" or "[address]:port".
Result<Done, Failure>
read_authority(std::string_view authority, std::uint16_t& port, std::string& host) {
    if (authority.find('@') != std::string_view::npos) {
        return bad_address("a user name or password before '@' is not supported",
                           "give the password as ?password=...");
    }
    std::string_view name;
    std::string_view behind;
    if (authority.substr(0, 1) == "[") {
        const std::size_t end = authority.find(']');
        if (end == std::string_view::npos) return bad_address("the bracket '[' is not closed");
        name = authority.substr(1, end - 1);
        behind = authority.substr(end + 1);
        if (!behind.empty() && behind[0] != ':') {
            return bad_address("only :port may follow the bracket ']'");
        }
    } else {
        const std::size_t colon = std::min(authority.find(':'), authority.size());
        name = authority.substr(0, colon);
        behind = authority.substr(colon);
        if (behind.find(':', 1) != std::string_view::npos) {
            return bad_address("there is more than one ':' in the host",
                               "put an IPv6 address in brackets: spice://[::1]:5900");
        }
    }
    auto decoded = decode("host", name);
    if (!decoded) return decoded.error();
    host = *std::move(decoded);
    if (const auto problem = link::host_problem(host)) {
        return bad_address(fmt::format("the host {}", *problem));
    }
    if (behind.empty()) return Done{};
    const auto number = port_of("port", behind.substr(1));
    if (!number) return number.error();
    port = *number;
    return Done{};
}

Result<Done, Failure> set_port(std::string_view key, std::string_view text, std::uint16_t& port) {
    if (port != 0) return bad_address(fmt::format("{} is given twice", key));
    const auto number = port_of(key, text);
    if (!number) return number.error();
    port = *number;
    return Done{};
}

Result<Done, Failure> read_option(Scheme scheme, std::string_view option, Target& target) {
    if (option.find('=') == std::string_view::npos) { // maybe the end of a password: not shown
        return bad_address("an option has no value",
                           "write key=value, and %26 for an & in a value");
    }
    const auto [key, text] = cut(option, '=');
    auto value = decode(key == "password" ? "password" : "query", text);
    if (!value) return value.error();
    if (key == "password") {
        target.password = *std::move(value);
        return Done{};
    }
    if (key != "port" && key != "tls-port") {
        return bad_address(fmt::format("{} is not an option we know", quoted(key)),
                           fmt::format("known options are {}", known_keys));
    }
    if (scheme == Scheme::unix_socket) {
        return bad_address(fmt::format("a unix socket has no {}", key), "write spice+unix:///path");
    }
    if (key == "tls-port") return set_port(key, *value, target.tls_port);
    if (scheme == Scheme::tls) {
        return bad_address("spice+tls:// never uses a plain port",
                           "write spice://host?port=N&tls-port=M for both");
    }
    return set_port(key, *value, target.port);
}

Result<Done, Failure> read_query(const Parts& parts, Target& target) {
    std::string_view rest = parts.query;
    while (!rest.empty()) {
        std::string_view option;
        std::tie(option, rest) = cut(rest, '&');
        if (option.empty()) continue;
        auto done = read_option(parts.scheme, option, target);
        if (!done) return done;
    }
    return Done{};
}

Result<Done, Failure> read_unix(const Parts& parts, Target& target) {
    if (!parts.authority.empty() || parts.path.empty()) {
        return bad_address("a unix socket needs an absolute path",
                           "write spice+unix:///path with three slashes");
    }
    auto path = decode("path", parts.path);
    if (!path) return path.error();
    target.unix_path = *std::move(path);
    return read_query(parts, target);
}

Result<Done, Failure> read_host(const Parts& parts, Target& target) {
    if (!parts.path.empty() && parts.path != "/") {
        return bad_address(
            fmt::format("nothing may follow the host, but {} does", quoted(parts.path)));
    }
    std::uint16_t& port = parts.scheme == Scheme::tls ? target.tls_port : target.port;
    auto authority = read_authority(parts.authority, port, target.host);
    if (!authority) return authority;
    auto query = read_query(parts, target);
    if (!query) return query;
    if (target.port == 0 && target.tls_port == 0) return bad_address("the port is missing");
    return Done{};
}

} // namespace

Result<Target, Failure> parse_uri(std::string_view uri) {
    const auto parts = split(uri);
    if (!parts) return parts.error();
    Target target;
    const auto done = parts->scheme == Scheme::unix_socket ? read_unix(*parts, target)
                                                           : read_host(*parts, target);
    if (!done) return done.error();
    return target;
}

} // namespace sumac
