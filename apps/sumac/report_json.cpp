#include "report_json.h"

#include <sys/resource.h>

namespace sumac::tool {

namespace {

using Json = nlohmann::ordered_json;

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

Json number_or_null(const std::optional<double>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json distribution_json(const Distribution& measured) {
    const bool any = measured.count != 0;
    const auto figure = [any](double value) { return any ? Json(value) : Json(nullptr); };
    return {{"p50", figure(measured.p50)},
            {"p95", figure(measured.p95)},
            {"p99", figure(measured.p99)},
            {"max", figure(measured.max)},
            {"count", measured.count}};
}

Json counts_json(const std::map<std::string, std::uint64_t>& counts) {
    Json json = Json::object();
    for (const auto& [name, count] : counts)
        json[name] = count;
    return json;
}

Json connection_json(const SessionReport& report) {
    Json channels = Json::array();
    for (const auto& channel : report.channels) {
        channels.push_back({{"type", channel.type},
                            {"id", channel.id},
                            {"tls", channel.tls},
                            {"messages", channel.messages},
                            {"bytes", channel.bytes},
                            {"damaged", counts_json(channel.damaged)},
                            {"ignored", counts_json(channel.ignored)}});
    }
    Json migrations = Json::array();
    for (const auto& migration : report.migrations) {
        migrations.push_back({{"kind", migration.kind},
                              {"from", migration.from},
                              {"to", migration.to},
                              {"phase", migration.phase},
                              {"reason", migration.reason}});
    }
    return {{"server", report.server},
            {"vm_name", report.vm_name},
            {"channels", std::move(channels)},
            {"migrations", std::move(migrations)}};
}

Json stream_json(const StreamReport& stream) {
    return {{"id", stream.id},
            {"display", stream.display},
            {"codec", stream.codec},
            {"width", stream.size.width},
            {"height", stream.size.height},
            {"frames_received", stream.frames_received},
            {"frames_presented", stream.frames_presented},
            {"frames_skipped", counts_json(stream.frames_skipped)},
            {"frames_waiting", stream.frames_waiting},
            {"longest_gap_ms", stream.longest_gap_ms},
            {"delay_ms", distribution_json(stream.delay_ms)}};
}

Json audio_json(const AudioReport& audio) {
    return {{"device", audio.device},
            {"packets", audio.packets},
            {"underruns", audio.underruns},
            {"discarded_ms", audio.discarded_ms},
            {"device_lost", audio.device_lost},
            {"buffered_ms", distribution_json(audio.buffered_ms)},
            {"skew_ms", distribution_json(audio.skew_ms)}};
}

Json failure_json(const Failure& failure) {
    return {{"code", to_string(failure.code)},
            {"message", failure.message},
            {"advice", failure.advice}};
}

} // namespace

ProcessUse process_use() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return {seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss};
}

nlohmann::ordered_json report_json(const SessionReport& report,
                                   const std::optional<Failure>& failure,
                                   double duration_s,
                                   const ProcessUse& process) {
    Json streams = Json::array();
    for (const auto& stream : report.streams)
        streams.push_back(stream_json(stream));
    return {{"duration_s", duration_s},
            {"failure", failure ? failure_json(*failure) : Json(nullptr)},
            {"connection", connection_json(report)},
            {"streams", std::move(streams)},
            {"audio", audio_json(report.audio)},
            {"clock",
             {{"source", report.clock_source},
              {"epochs", report.clock_epochs},
              {"drift_ppm", number_or_null(report.drift_ppm)}}},
            {"draws", counts_json(report.draws)},
            {"not_drawn", counts_json(report.not_drawn)},
            {"draw_delay_ms", distribution_json(report.draw_delay_ms)},
            {"process", {{"cpu_s", process.cpu_s}, {"peak_rss_kib", process.peak_rss_kib}}}};
}

} // namespace sumac::tool
