#include "test_folder.h"
#include "trace_file.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sstream>

namespace sumac::tool {
namespace {

TraceEvent presented(std::uint64_t frame) {
    TraceEvent event;
    event.kind = TraceEvent::Kind::frame_presented;
    event.at = LocalTime{Duration{5'000'123}};
    event.display = 0;
    event.stream = 49;
    event.frame = frame;
    event.mm_time = 4'294'967'295;
    event.arrived = LocalTime{Duration{4'900'001}};
    event.due = LocalTime{Duration{5'000'100}};
    event.decision = "present";
    return event;
}

TEST(TraceLine, HasWhatTheEventHas) {
    EXPECT_EQ(trace_line(presented(7)),
              R"({"t_us":5000123,"event":"frame_presented","display":0,"stream":49,"frame":7,)"
              R"("mm_time":4294967295,"arrival_us":4900001,"due_us":5000100,"decision":"present"})"
              "\n");
}

TEST(TraceLine, HasNothingElse) {
    TraceEvent event;
    event.kind = TraceEvent::Kind::frame_skipped;
    event.reason = "newer_due";
    EXPECT_EQ(trace_line(event),
              "{\"t_us\":0,\"event\":\"frame_skipped\",\"reason\":\"newer_due\"}\n");
}

TEST(TraceLine, DetailsBecomeMembersWithTheirTypes) {
    TraceEvent event;
    event.kind = TraceEvent::Kind::stream_destroyed;
    event.detail = "phase=begin port=5900 late_ms=-1.5 host=10.0.0.1 event=x two words";
    EXPECT_EQ(trace_line(event),
              R"({"t_us":0,"event":"stream_destroyed","phase":"begin","port":5900,"late_ms":-1.5,)"
              R"("host":"10.0.0.1","detail":"event=x two words"})"
              "\n");
}

TEST(TraceLine, TextThatIsNoUtf8IsReplaced) {
    TraceEvent event;
    event.detail = "codec=\xFF";
    EXPECT_EQ(nlohmann::json::parse(trace_line(event)).at("codec"), "\xEF\xBF\xBD");
}

TEST(TraceFile, HoldsEveryEventInOrder) {
    const TestFolder folder;
    const auto trace = TraceFile::open(folder.file("trace.jsonl"));
    ASSERT_TRUE(trace);
    for (std::uint64_t frame = 0; frame < 5000; ++frame)
        (*trace)->on_trace(presented(frame));
    ASSERT_TRUE((*trace)->finish());

    std::istringstream lines{folder.read("trace.jsonl")};
    std::uint64_t count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        ASSERT_EQ(nlohmann::json::parse(line).at("frame"), count);
    }
    EXPECT_EQ(count, 5000U);
}

TEST(TraceFile, SaysWhatPreventsIt) {
    const TestFolder folder;
    const auto missing = TraceFile::open(folder.file("missing/trace.jsonl"));
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().message.find("No such file"), std::string::npos);

    const auto full = TraceFile::open("/dev/full");
    ASSERT_TRUE(full);
    (*full)->on_trace(presented(1));
    const auto finished = (*full)->finish();
    ASSERT_FALSE(finished);
    EXPECT_NE(finished.error().message.find("No space left"), std::string::npos);
}

} // namespace
} // namespace sumac::tool
