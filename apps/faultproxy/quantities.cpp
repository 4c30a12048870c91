#include "quantities.h"

#include "wire/names.h"

#include <fmt/format.h>
#include <spice/enums.h>

#include <array>
#include <charconv>
#include <cmath>
#include <span>

namespace sumac::faultproxy {

namespace {

struct Unit {
    std::string_view name;
    double factor;
};

constexpr std::array time_units{Unit{"us", 1},
                                Unit{"ms", 1e3},
                                Unit{"s", 1e6},
                                Unit{"min", 60e6},
                                Unit{"h", 3600e6},
                                Unit{"d", 86400e6}};
constexpr std::array rate_units{Unit{"B/s", 1},
                                Unit{"kB/s", 1e3},
                                Unit{"KiB/s", 1024},
                                Unit{"MB/s", 1e6},
                                Unit{"MiB/s", 1024.0 * 1024}};
/// Above any memory bus; keeps sums far from overflow.
constexpr double fastest_rate = 1e12;

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// A plain decimal number and one of the units; the value in units of factor 1.
std::optional<double> parse_quantity(std::string_view text, std::span<const Unit> units) {
    text = trimmed(text);
    if (text.starts_with('+')) text.remove_prefix(1);
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value, std::chars_format::fixed);
    if (parsed.ec != std::errc{} || !std::isfinite(value)) return std::nullopt;
    const std::string_view unit = trimmed({parsed.ptr, end});
    if (unit.empty() && value == 0) return 0.0;
    for (const Unit& known : units)
        if (known.name == unit) return value * known.factor;
    return std::nullopt;
}

template <class Number>
std::optional<Number> parse_whole(std::string_view text) {
    Number value{};
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
    return value;
}

Failure bad_trigger(std::string_view text) {
    return {ErrorCode::invalid,
            fmt::format("'{}' is no trigger", shown(text)),
            "write \"connection\", \"fire NAME\", or a message and perhaps a count, as in \"frame "
            "60\"; messages are " +
                MessagePattern::all_names()};
}

} // namespace

std::string shown(std::string_view text) {
    constexpr std::size_t most = 60;
    std::string line;
    for (const char c : text.substr(0, most))
        line += c >= ' ' && c < 0x7f ? c : '?';
    return text.size() > most ? line + "..." : line;
}

std::optional<Duration> parse_time(std::string_view text) {
    const auto us = parse_quantity(text, time_units);
    if (!us || std::abs(*us) > static_cast<double>(longest_time.count())) return std::nullopt;
    return Duration{std::llround(*us)};
}

std::optional<std::uint64_t> parse_rate(std::string_view text) {
    const auto rate = parse_quantity(text, rate_units);
    if (!rate || *rate < 1 || *rate > fastest_rate) return std::nullopt;
    return static_cast<std::uint64_t>(std::llround(*rate));
}

std::optional<Offset> parse_offset(std::string_view text) {
    using std::chrono::milliseconds;
    text = trimmed(text);
    constexpr std::string_view wrap = "wrap in ";
    const bool wraps = text.starts_with(wrap);
    if (wraps) text.remove_prefix(wrap.size());
    const auto time = parse_time(text);
    if (!time) return std::nullopt;
    const auto ms = std::chrono::round<milliseconds>(*time);
    return wraps ? Offset{WrapIn{ms}} : Offset{ms};
}

Result<Trigger, Failure> parse_trigger(std::string_view text) {
    text = trimmed(text);
    if (text == "connection") return Trigger{AtConnection{}};
    const auto space = text.find(' ');
    const std::string_view first = text.substr(0, space);
    const std::string_view rest =
        space == std::string_view::npos ? std::string_view{} : trimmed(text.substr(space));
    if (first == "fire") {
        if (rest.empty() || rest.find(' ') != std::string_view::npos) return bad_trigger(text);
        return Trigger{AtFire{std::string{rest}}};
    }
    const auto message = MessagePattern::named(first);
    const auto count =
        rest.empty() ? std::optional<std::uint64_t>{1} : parse_whole<std::uint64_t>(rest);
    if (!message || !count || *count == 0) return bad_trigger(text);
    return Trigger{AtMessage{*message, *count}};
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
    constexpr std::string_view unix_prefix = "unix:";
    if (text.starts_with(unix_prefix)) {
        text.remove_prefix(unix_prefix.size());
        if (text.empty() || text.find('\0') != std::string_view::npos) return std::nullopt;
        return Endpoint{{}, 0, std::string{text}};
    }
    const auto colon = text.rfind(':');
    const bool port_alone = colon == std::string_view::npos;
    const auto port = parse_whole<std::uint16_t>(port_alone ? text : text.substr(colon + 1));
    if (!port) return std::nullopt;
    std::string_view host = port_alone ? "127.0.0.1" : text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host.empty() || host.find('\0') != std::string_view::npos) return std::nullopt;
    return Endpoint{std::string{host}, *port, {}};
}

std::string to_string(const Endpoint& endpoint) {
    if (!endpoint.path.empty()) return "unix:" + endpoint.path;
    const bool v6 = endpoint.host.find(':') != std::string::npos;
    return v6 ? fmt::format("[{}]:{}", endpoint.host, endpoint.port)
              : fmt::format("{}:{}", endpoint.host, endpoint.port);
}

std::optional<std::uint8_t> parse_channel(std::string_view name) {
    if (name == "unknown") return std::nullopt; // that is what numbers without a name are called
    for (std::uint8_t type = 1; type <= SPICE_CHANNEL_WEBDAV; ++type)
        if (wire::channel_type_name(type) == name) return type;
    return std::nullopt;
}

} // namespace sumac::faultproxy
