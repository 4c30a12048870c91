#include "trace_file.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <chrono>
#include <string_view>
#include <utility>

namespace sumac::tool {

namespace {

using Json = nlohmann::ordered_json;

Json number_or_text(std::string_view value) {
    const char* end = value.data() + value.size();
    std::int64_t whole = 0;
    if (auto [used, error] = std::from_chars(value.data(), end, whole);
        error == std::errc{} && used == end) {
        return whole;
    }
    double real = 0;
    if (auto [used, error] = std::from_chars(value.data(), end, real, std::chars_format::fixed);
        error == std::errc{} && used == end) {
        return real;
    }
    return value;
}

/// "key=value key=value" as members; whatever is no such pair goes together into `detail`.
void add_detail(Json& json, std::string_view detail) {
    std::string rest;
    while (!detail.empty()) {
        const std::size_t space = detail.find(' ');
        const std::string_view word = detail.substr(0, space);
        detail.remove_prefix(space == std::string_view::npos ? detail.size() : space + 1);
        const std::size_t equals = word.find('=');
        const std::string key{word.substr(0, equals)};
        if (equals != std::string_view::npos && equals != 0 && !json.contains(key)) {
            json[key] = number_or_text(word.substr(equals + 1));
        } else if (!word.empty()) {
            rest += rest.empty() ? "" : " ";
            rest += word;
        }
    }
    if (!rest.empty()) json["detail"] = rest;
}

std::int64_t microseconds(LocalTime time) {
    return time.time_since_epoch().count();
}

} // namespace

std::string trace_line(const TraceEvent& event) {
    Json json{{"t_us", microseconds(event.at)}, {"event", to_string(event.kind)}};
    if (event.display) json["display"] = *event.display;
    if (event.stream) json["stream"] = *event.stream;
    if (event.frame) json["frame"] = *event.frame;
    if (event.mm_time) json["mm_time"] = *event.mm_time;
    if (event.arrived) json["arrival_us"] = microseconds(*event.arrived);
    if (event.due) json["due_us"] = microseconds(*event.due);
    if (!event.decision.empty()) json["decision"] = event.decision;
    if (!event.reason.empty()) json["reason"] = event.reason;
    add_detail(json, event.detail);
    // Text may stem from the server; what is no UTF-8 in it is replaced, not thrown over.
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

Result<std::unique_ptr<TraceFile>, Failure> TraceFile::open(const std::string& path) {
    auto file = BackgroundFile::open(path, "the trace");
    if (!file) return file.error();
    return std::make_unique<TraceFile>(*std::move(file));
}

Result<std::unique_ptr<TraceFile>, Failure> open_trace(const std::string& path) {
    if (path.empty()) return std::unique_ptr<TraceFile>{};
    return TraceFile::open(path);
}

} // namespace sumac::tool
