#include "link/target_parts.h"
#include <sumac/target.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

namespace sumac {

namespace {

using link::quoted;

constexpr std::string_view group_name = "[virt-viewer]";

Failure bad_file(std::string_view message,
                 std::string_view advice = "get a new file from where it came") {
    return {
        ErrorCode::invalid, fmt::format("bad connection file: {}", message), std::string{advice}};
}

/// As GLib and C see it.
std::string_view trim(std::string_view text) {
    constexpr std::string_view space = " \t\r\n\v\f";
    const std::size_t first = text.find_first_not_of(space);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(space) - first + 1);
}

/// \s \n \t \r \\ of a key file; nothing if there is another escape.
std::optional<std::string> unescape(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            plain += text[i];
            continue;
        }
        constexpr std::string_view escapes = "sntr\\";
        constexpr std::string_view meanings = " \n\t\r\\";
        ++i;
        const std::size_t which = i < text.size() ? escapes.find(text[i]) : std::string_view::npos;
        if (which == std::string_view::npos) return std::nullopt;
        plain += meanings[which];
    }
    return plain;
}

using Values = std::map<std::string, std::string, std::less<>>;

/// "key = value"; the last of several wins, as in GLib.
Result<Done, Failure> read_line(std::string_view line, std::size_t number, Values& values) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
        return bad_file(fmt::format("line {} is neither a [group] nor key=value", number));
    }
    const std::string_view key = trim(line.substr(0, equals));
    std::string_view text = line.substr(equals + 1);
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    auto value = unescape(text);
    if (!value) return bad_file(fmt::format("line {} has an unknown \\ escape", number));
    if (link::has_nul(*value)) return bad_file(fmt::format("line {} contains a NUL", number));
    values.insert_or_assign(std::string{key}, *std::move(value));
    return Done{};
}

/// All keys of the group [virt-viewer], unescaped.
Result<Values, Failure> read_group(std::string_view text) {
    Values values;
    bool found = false;
    bool inside = false;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        const std::string_view content = trim(line);
        if (content.empty() || content[0] == '#') continue;
        if (content[0] == '[') {
            inside = content == group_name;
            found = found || inside;
            continue;
        }
        if (!inside) continue;
        const auto done = read_line(line, number, values);
        if (!done) return done.error();
    }
    if (!found) {
        return bad_file("it has no group [virt-viewer]", "give a virt-viewer file (.vv)");
    }
    return values;
}

std::string value_of(const Values& values, std::string_view key) {
    const auto found = values.find(key);
    return found == values.end() ? std::string{} : found->second;
}

/// Absent, or -1 as some writers put it: no such port.
Result<std::uint16_t, Failure> port_of(const Values& values, std::string_view key) {
    const std::string value = value_of(values, key);
    const std::string_view text = trim(value);
    if (text.empty() || text == "-1") return std::uint16_t{0};
    if (const auto port = link::parse_port(text)) return *port;
    return bad_file(fmt::format("{} {} is not a number from 1 to 65535", key, quoted(text)));
}

/// Refuses files that describe something we cannot connect to.
Result<Done, Failure> check_kind(const Values& values) {
    const std::string type = value_of(values, "type");
    if (type != "spice") {
        const std::string is = type.empty() ? "has no type" : "is of type " + quoted(type);
        return Failure{ErrorCode::unsupported,
                       fmt::format("bad connection file: it {}", is),
                       "only type=spice can be shown"};
    }
    const std::string proxy = value_of(values, "proxy");
    if (proxy.empty()) return Done{};
    return Failure{ErrorCode::unsupported,
                   fmt::format("the connection file wants the proxy {}, and proxies are not "
                               "supported",
                               quoted(proxy)),
                   "connect from a network that reaches the host directly"};
}

/// Brackets around an IPv6 address are tolerated.
std::string host_of(const Values& values) {
    std::string host = value_of(values, "host");
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    }
    return host;
}

Result<Done, Failure> check_place(const Target& target) {
    if (!target.unix_path.empty()) {
        if (target.host.empty()) return Done{};
        return bad_file("it gives both host and unix-path", "remove one of the two");
    }
    if (const auto problem = link::host_problem(target.host)) {
        return bad_file(fmt::format("the host {}", *problem));
    }
    if (target.port == 0 && target.tls_port == 0) {
        return bad_file("it has neither port nor tls-port");
    }
    return Done{};
}

} // namespace

Result<Target, Failure> parse_vv(std::string_view text) {
    const auto values = read_group(text);
    if (!values) return values.error();
    const auto kind = check_kind(*values);
    if (!kind) return kind.error();
    const auto port = port_of(*values, "port");
    if (!port) return port.error();
    const auto tls_port = port_of(*values, "tls-port");
    if (!tls_port) return tls_port.error();

    Target target;
    target.host = host_of(*values);
    target.port = *port;
    target.tls_port = *tls_port;
    target.unix_path = value_of(*values, "unix-path");
    target.password = value_of(*values, "password");
    target.ca_pem = value_of(*values, "ca");
    target.host_subject = value_of(*values, "host-subject");
    target.title = value_of(*values, "title");
    const auto place = check_place(target);
    if (!place) return place.error();
    return target;
}

} // namespace sumac
