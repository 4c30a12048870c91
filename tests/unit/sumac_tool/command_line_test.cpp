#include "command_line.h"

#include <gtest/gtest.h>

namespace sumac::tool {
namespace {

using namespace std::chrono_literals;

Answer answer(std::vector<std::string> arguments) {
    const auto command = parse_command_line(std::move(arguments));
    return command ? Answer{"accepted", -1} : command.error();
}

template <class Options>
Options options(std::vector<std::string> arguments) {
    const auto command = parse_command_line(std::move(arguments));
    EXPECT_TRUE(command) << command.error().text;
    return std::get<Options>(*command);
}

TEST(CommandLine, ShotHasTheDocumentedDefaults) {
    const auto shot = options<ShotOptions>({"shot", "spice://h:1", "a.png"});
    EXPECT_EQ(shot.connection.uri, "spice://h:1");
    EXPECT_EQ(shot.output, "a.png");
    EXPECT_EQ(shot.display, 0U);
    EXPECT_EQ(shot.settle, 500ms);
    EXPECT_EQ(shot.timeout, 30s);
    EXPECT_EQ(shot.connection.log_level, LogLevel::warn);
}

TEST(CommandLine, ShotTakesEveryOptionInAnyPlace) {
    const auto shot = options<ShotOptions>({"shot",
                                            "--settle",
                                            "0",
                                            "spice://h:1",
                                            "-",
                                            "--display",
                                            "2",
                                            "--timeout",
                                            "0.25",
                                            "--password-file",
                                            "p",
                                            "--ca-file",
                                            "c",
                                            "--host-subject",
                                            "CN=x",
                                            "--log-level",
                                            "debug"});
    EXPECT_EQ(shot.output, "-");
    EXPECT_EQ(shot.display, 2U);
    EXPECT_EQ(shot.settle, 0ms);
    EXPECT_EQ(shot.timeout, 250ms);
    EXPECT_EQ(shot.connection.password_file, "p");
    EXPECT_EQ(shot.connection.ca_file, "c");
    EXPECT_EQ(shot.connection.host_subject, "CN=x");
    EXPECT_EQ(shot.connection.log_level, LogLevel::debug);
}

TEST(CommandLine, RecordTakesDurationAndCodec) {
    const auto record = options<RecordOptions>(
        {"record", "spice://h:1", "a.mkv", "--duration", "1.5", "--codec", "ffv1"});
    EXPECT_EQ(record.duration, Duration{1500ms});
    EXPECT_EQ(record.codec, VideoCodec::ffv1);
    EXPECT_FALSE(options<RecordOptions>({"record", "spice://h:1", "a.mkv"}).duration);
}

TEST(CommandLine, ACaptureTakesNoOptionsOfAVideo) {
    const std::vector<std::string> capture{"record", "spice://h:1", "--wire", "a.capture"};
    EXPECT_EQ(options<CaptureOptions>(capture).output, "a.capture");
    for (const auto& [name, value] : {std::pair{"--codec", "ffv1"}, std::pair{"--timeout", "5"}}) {
        auto arguments = capture;
        arguments.insert(arguments.end(), {name, value});
        const Answer refused = answer(arguments);
        EXPECT_EQ(refused.status, 2);
        EXPECT_NE(refused.text.find(name), std::string::npos) << refused.text;
        EXPECT_NE(refused.text.find("--wire"), std::string::npos) << refused.text;
    }
}

TEST(CommandLine, TheServerIsAskedForLz4UnlessToldOtherwise) {
    const auto compression = [](std::vector<std::string> more) {
        more.insert(more.begin(), {"shot", "spice://h:1", "a.png"});
        return options<ShotOptions>(more).connection.compression;
    };
    EXPECT_EQ(compression({}), ImageCompression::lz4);
    EXPECT_EQ(compression({"--compression", "auto-glz"}), ImageCompression::auto_glz);
    EXPECT_EQ(compression({"--compression", "server"}), ImageCompression::server);
    EXPECT_EQ(answer({"probe", "spice://h:1", "--compression", "zip"}).status, 2);
}

TEST(CommandLine, ProbeTakesItsOutputs) {
    const auto probe = options<ProbeOptions>(
        {"probe", "x.vv", "--json", "-", "--trace", "t.jsonl", "--duration", "60", "--planes"});
    EXPECT_TRUE(probe.planes);
    EXPECT_FALSE(options<ProbeOptions>({"probe", "x.vv"}).planes);
    EXPECT_EQ(probe.json, "-");
    EXPECT_EQ(probe.trace, "t.jsonl");
    EXPECT_EQ(probe.duration, Duration{60s});
}

TEST(CommandLine, HelpTeachesAndIsNoMistake) {
    const Answer top = answer({"--help"});
    EXPECT_EQ(top.status, 0);
    EXPECT_NE(top.text.find("SUMAC_PASSWORD"), std::string::npos);
    EXPECT_NE(top.text.find("sumac record spice://localhost:5900"), std::string::npos);
    const Answer record = answer({"record", "--help"});
    EXPECT_EQ(record.status, 0);
    EXPECT_NE(record.text.find("--duration"), std::string::npos);
    EXPECT_EQ(answer({"--version"}).text, "sumac " SUMAC_VERSION "\n");
}

struct Mistake {
    std::vector<std::string> arguments;
    std::string told;
};

class Mistakes : public testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, AreToldInOneLineWithWhereToReadOn) {
    const Answer told = answer(GetParam().arguments);
    EXPECT_EQ(told.status, 2);
    EXPECT_NE(told.text.find(GetParam().told), std::string::npos) << told.text;
    EXPECT_NE(told.text.find("--help'\n"), std::string::npos) << told.text;
    EXPECT_EQ(std::count(told.text.begin(), told.text.end(), '\n'), 1) << told.text;
}

INSTANTIATE_TEST_SUITE_P(
    CommandLine,
    Mistakes,
    testing::Values(
        Mistake{{}, "say what to do"},
        Mistake{{"shoot"}, "no command 'shoot'"},
        Mistake{{"--frobnicate"}, "sumac: "},
        Mistake{{"shot"}, "sumac shot: URI is required"},
        Mistake{{"shot", "spice://h:1"}, "OUT.png is required"},
        Mistake{{"shot", "spice://h:1", "a.png", "b"}, "b"},
        Mistake{{"shot", "spice://h:1", "a.png", "--frobnicate"}, "--frobnicate"},
        Mistake{{"shot", "spice://h:1", "a.png", "--display", "-1"}, "--display"},
        Mistake{{"shot", "spice://h:1", "a.png", "--settle", "-5"}, "--settle"},
        Mistake{{"shot", "spice://h:1", "a.png", "--settle", "soon"}, "--settle"},
        Mistake{{"record", "spice://h:1", "a.mp4"}, "'a.mp4' does not end in .mkv"},
        Mistake{{"record", "spice://h:1", "a.mkv", "--codec", "gif"}, "gif"},
        Mistake{{"record", "spice://h:1", "a.mkv", "--duration", "0"}, "--duration: '0' is no"},
        Mistake{{"record", "spice://h:1", "a.mkv", "--duration", "nan"}, "--duration"},
        Mistake{{"record", "spice://h:1", "a.mkv", "--duration", "inf"}, "--duration"},
        Mistake{{"record", "spice://h:1", "a.mkv", "--duration", "1e300"}, "--duration"},
        Mistake{{"record", "spice://h:1", "a.mkv", "--duration", "10x"}, "--duration"},
        Mistake{{"probe", "spice://h:1", "--duration"}, "--duration"},
        Mistake{{"probe", "spice://h:1", "--log-level", "loud"}, "loud"}));

} // namespace
} // namespace sumac::tool
