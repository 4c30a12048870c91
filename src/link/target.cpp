#include "link/target_parts.h"
#include "wire/text.h"
#include <sumac/target.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>

namespace sumac {

std::string Target::name() const {
    if (!unix_path.empty()) return "unix:" + unix_path;
    const bool is_ipv6 = host.find(':') != std::string::npos;
    const std::string shown = is_ipv6 ? "[" + host + "]" : host;
    if (port != 0) return fmt::format("{}:{}", shown, port);
    return fmt::format("{}:{} (TLS)", shown, tls_port);
}

namespace link {

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
    return port;
}

std::optional<std::string_view> host_problem(std::string_view host) {
    constexpr std::size_t longest_name = 253; // of DNS
    if (host.empty()) return "is missing";
    if (host.size() > longest_name) return "is longer than 253 characters";
    const bool printable = std::all_of(host.begin(), host.end(), [](char c) {
        return static_cast<unsigned char>(c) > ' ' && c != '\x7f';
    });
    if (!printable) return "contains a space or a control character";
    return std::nullopt;
}

std::string quoted(std::string_view text) {
    constexpr std::size_t longest = 80;
    return fmt::format("\"{}\"", wire::printable(std::as_bytes(std::span{text}), longest));
}

bool has_nul(std::string_view text) {
    return text.find('\0') != std::string_view::npos;
}

} // namespace link

} // namespace sumac
