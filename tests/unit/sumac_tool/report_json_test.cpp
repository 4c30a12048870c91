#include "report_json.h"

#include <gtest/gtest.h>

namespace sumac::tool {
namespace {

SessionReport example() {
    SessionReport report;
    report.server = "vm.example:5900";
    report.vm_name = "desk";
    report.channels.push_back({.type = "main",
                               .id = 0,
                               .messages = 12,
                               .bytes = 3456,
                               .tls = true,
                               .damaged = {{"truncated", 1}},
                               .ignored = {}});
    StreamReport stream;
    stream.display = 1;
    stream.id = 49;
    stream.codec = "mjpeg";
    stream.size = {640, 360};
    stream.frames_received = 100;
    stream.frames_presented = 97;
    stream.frames_skipped = {{"newer_due", 2}, {"session_closed", 1}};
    stream.longest_gap_ms = 41.5;
    stream.delay_ms = {.count = 97, .p50 = 20, .p95 = 30, .p99 = 31, .max = 40};
    report.streams.push_back(stream);
    report.draws = {{"draw_copy", 3}};
    report.not_drawn = {{"draw_text", 2}};
    report.draw_delay_ms = {.count = 3, .p50 = 1, .p95 = 2, .p99 = 2, .max = 2.5};
    report.audio.device = "null";
    report.audio.packets = 700;
    report.audio.underruns = 1;
    report.audio.discarded_ms = 12.5;
    report.audio.buffered_ms = {.count = 700, .p50 = 50, .p95 = 60, .p99 = 61, .max = 70};
    report.clock_source = "main";
    report.clock_epochs = 1;
    report.drift_ppm = 12.5;
    return report;
}

TEST(ReportJson, HasTheNamesThatOthersRelyOn) {
    const auto json = report_json(example(), {}, 10.5, {1.25, 65'432});
    const auto expected = nlohmann::ordered_json::parse(R"({
        "duration_s": 10.5,
        "failure": null,
        "connection": {
            "server": "vm.example:5900", "vm_name": "desk",
            "channels": [{"type": "main", "id": 0, "tls": true, "messages": 12, "bytes": 3456,
                          "damaged": {"truncated": 1}, "ignored": {}}],
            "migrations": []},
        "streams": [{
            "id": 49, "display": 1, "codec": "mjpeg", "width": 640, "height": 360,
            "frames_received": 100, "frames_presented": 97,
            "frames_skipped": {"newer_due": 2, "session_closed": 1}, "frames_waiting": 0,
            "longest_gap_ms": 41.5,
            "delay_ms": {"p50": 20.0, "p95": 30.0, "p99": 31.0, "max": 40.0, "count": 97}}],
        "audio": {
            "device": "null", "packets": 700, "underruns": 1, "discarded_ms": 12.5,
            "device_lost": 0,
            "buffered_ms": {"p50": 50.0, "p95": 60.0, "p99": 61.0, "max": 70.0, "count": 700},
            "skew_ms": {"p50": null, "p95": null, "p99": null, "max": null, "count": 0}},
        "clock": {"source": "main", "epochs": 1, "drift_ppm": 12.5},
        "draws": {"draw_copy": 3},
        "not_drawn": {"draw_text": 2},
        "draw_delay_ms": {"p50": 1.0, "p95": 2.0, "p99": 2.0, "max": 2.5, "count": 3},
        "process": {"cpu_s": 1.25, "peak_rss_kib": 65432}})");
    EXPECT_EQ(json.dump(1), expected.dump(1));
}

TEST(ReportJson, WhatWasNotMeasuredIsNullAndAFailureIsTold) {
    SessionReport report = example();
    report.drift_ppm.reset();
    report.streams[0].delay_ms = {};
    const Failure failure{ErrorCode::timed_out, "no answer", "try again"};
    const auto json = report_json(report, failure, 1, {});
    EXPECT_TRUE(json.at("clock").at("drift_ppm").is_null());
    EXPECT_TRUE(json.at("streams").at(0).at("delay_ms").at("p99").is_null());
    EXPECT_EQ(json.at("failure").dump(),
              R"({"code":"timed out","message":"no answer","advice":"try again"})");
}

TEST(ProcessUse, IsOurOwn) {
    EXPECT_GT(process_use().peak_rss_kib, 1000);
    EXPECT_GE(process_use().cpu_s, 0);
}

} // namespace
} // namespace sumac::tool
