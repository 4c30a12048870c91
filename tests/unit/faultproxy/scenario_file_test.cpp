#include "case_preset.h"
#include "commands.h"
#include "quantities.h"
#include "scenario_file.h"

#include <gtest/gtest.h>
#include <spice/enums.h>

using namespace sumac;
using namespace sumac::faultproxy;
using namespace std::chrono_literals;

namespace {

std::string mistake(std::string_view toml) {
    const auto parsed = parse_scenario(toml, "s.toml");
    return parsed ? "none" : parsed.error().line();
}

#define EXPECT_STARTS_WITH(text, start)                                                            \
    EXPECT_EQ(std::string{text}.substr(0, std::string_view{start}.size()), start)

TEST(ScenarioFile, ReadsListenersAndEveryKindOfFault) {
    const auto parsed = parse_scenario(R"(
        [[listener]]
        name = "source"
        listen = "0"
        upstream = "[::1]:5900"
        [[listener]]
        listen = "unix:/tmp/there"
        upstream = "host.example:5901"
        [[fault]]
        name = "slow"
        listener = "source"
        channel = ["display", "cursor"]
        direction = "to_client"
        from = "1.5s"
        for = "2min"
        delay = "200ms"
        jitter = "20 ms"
        seed = 7
        [[fault]]
        on = "fire now"
        stall = true
        [[fault]]
        rate = "64KiB/s"
        [[fault]]
        cut = { byte = 1000 }
        [[fault]]
        cut = { message = "migrate_flush_mark" }
        [[fault]]
        on = "frame 60"
        rewrite = ["frames", "init"]
        offset = "-28h"
        [[fault]]
        rewrite = "clock"
        offset = "wrap in 3s"
        [[fault]]
        inject = "multi_media_time"
    )",
                                       "s.toml");
    ASSERT_TRUE(parsed) << parsed.error().line();
    ASSERT_EQ(parsed->listeners.size(), 2);
    EXPECT_EQ(parsed->listeners[0].listen, (Endpoint{"127.0.0.1", 0, ""}));
    EXPECT_EQ(parsed->listeners[0].upstream, (Endpoint{"::1", 5900, ""}));
    EXPECT_EQ(parsed->listeners[1].listen.path, "/tmp/there");
    const auto& faults = parsed->faults;
    ASSERT_EQ(faults.size(), 8);
    EXPECT_EQ(faults[0].effect, Effect(Delay{200ms, 20ms, 7}));
    EXPECT_EQ(faults[0].channels,
              (std::set<std::uint8_t>{SPICE_CHANNEL_DISPLAY, SPICE_CHANNEL_CURSOR}));
    EXPECT_EQ(faults[0].from, 1500ms);
    EXPECT_EQ(faults[0].lasts, 120s);
    EXPECT_TRUE(faults[0].to_client && !faults[0].to_server);
    EXPECT_EQ(faults[1].trigger, Trigger(AtFire{"now"}));
    EXPECT_EQ(faults[1].effect, Effect(Stall{}));
    EXPECT_TRUE(faults[1].to_client && faults[1].to_server && !faults[1].channels);
    EXPECT_EQ(faults[2].effect, Effect(Rate{65536}));
    EXPECT_EQ(faults[3].effect, Effect(CutAtByte{1000}));
    EXPECT_TRUE(!faults[4].to_client && faults[4].to_server) << "a client's message";
    EXPECT_EQ(faults[5].trigger, Trigger(AtMessage{*MessagePattern::named("frame"), 60}));
    EXPECT_EQ(faults[5].effect,
              Effect(Rewrite{{Stamp::init, Stamp::stream_data, Stamp::stream_data_sized}, -28h}));
    EXPECT_EQ(std::get<Rewrite>(faults[6].effect).offset, Offset(WrapIn{3s}));
    EXPECT_EQ(std::get<Rewrite>(faults[6].effect).stamps.size(), 5);
    EXPECT_EQ(faults[7].effect, Effect(Inject{}));
}

TEST(ScenarioFile, NamesTheLineOfAMistake) {
    EXPECT_STARTS_WITH(mistake("\n[[fault]]\nstall = true\ncolour = 1\n"),
                       "s.toml:4: unknown key 'colour'; known here: ");
    EXPECT_STARTS_WITH(mistake("[[fault]]\n\ndelay = \"20\""),
                       "s.toml:3: 'delay' must be a time of 0 or more with its unit");
    EXPECT_STARTS_WITH(mistake("[[fault]]\nstall = true\nfrom = \"-1s\""),
                       "s.toml:3: 'from' must be a time of 0 or more");
    EXPECT_STARTS_WITH(
        mistake("[[fault]]\nname = \"x\""),
        "s.toml:1: a fault needs exactly one of delay, stall, rate, cut, rewrite, inject");
    EXPECT_STARTS_WITH(mistake("[[fault]]\nstall = true\nrate = \"1B/s\""),
                       "s.toml:1: a fault needs exactly one of");
    EXPECT_STARTS_WITH(mistake("[[fault]]\nstall = true\non = \"noon\""),
                       "s.toml:3: 'noon' is no trigger; write \"connection\"");
    EXPECT_STARTS_WITH(mistake("[[fault]]\nstall = true\nchannel = \"video\""),
                       "s.toml:3: unknown channel 'video'");
    EXPECT_STARTS_WITH(mistake("[[fault]]\nrewrite = \"frames\""),
                       "s.toml:1: a rewriting needs an 'offset'");
    EXPECT_STARTS_WITH(mistake("[[fault]]\nrewrite = \"frame\"\noffset=\"3s\""),
                       "s.toml:2: cannot rewrite 'frame'");
    EXPECT_STARTS_WITH(mistake("[[fault]]\nrewrite = \"frames\"\noffset = 3"),
                       "s.toml:3: 'offset' must be a time");
    EXPECT_STARTS_WITH(
        mistake("[[fault]]\nrewrite = \"frames\"\noffset=\"3s\"\ndirection=\"to_server\""),
        "s.toml:1: this fault has one direction only");
    EXPECT_STARTS_WITH(mistake("[[fault]]\ncut = { count = 2 }"),
                       "s.toml:2: 'count' needs a 'message'");
    EXPECT_STARTS_WITH(mistake("[[fault]]\ncut = 5"), "s.toml:2: 'cut' must be a table");
    EXPECT_STARTS_WITH(mistake("[[fault]]\ncut = { byte = -5 }"),
                       "s.toml:2: 'byte' must be a whole number from 0");
    EXPECT_STARTS_WITH(mistake("[fault]\nstall = true"), "s.toml:1: write [[fault]]");
    EXPECT_STARTS_WITH(mistake("fault = [1]"), "s.toml:1: write [[fault]]");
    EXPECT_STARTS_WITH(mistake("[[listener]]\nlisten = \"0\""),
                       "s.toml:1: a listener needs 'listen' and 'upstream'");
    EXPECT_STARTS_WITH(mistake("[[listener]]\nlisten = \"0\"\nupstream = \"x:99999\""),
                       "s.toml:3: 'upstream' must be HOST:PORT");
    EXPECT_STARTS_WITH(mistake("[[fault]\n"), "s.toml:1: ");
    EXPECT_STARTS_WITH(mistake("[listeners]"), "s.toml:1: unknown key 'listeners'");
}

TEST(ScenarioFile, TakesOtherCharactersThanAsciiInCommentsOnly) {
    EXPECT_EQ(mistake("  # f\xc3\xbcr alle\n[[fault]]\nstall = true"), "none");
    EXPECT_STARTS_WITH(mistake("# x\n\xc9\xaf = 1"), "s.toml:2: a character that is not ASCII");
    EXPECT_STARTS_WITH(mistake("a = 1 # \xc3\xbc"), "s.toml:1: a character that is not ASCII");
}

TEST(ScenarioFile, SaysAMistakeInOneShortLine) {
    const std::string line = mistake("[[fault]]\non = \"a\tb" + std::string(500, 'x') + "\"");
    EXPECT_STARTS_WITH(line, "s.toml:2: 'a?bxxx");
    EXPECT_LT(line.size(), 1500);
}

TEST(ScenarioFile, SettlingFindsWhatCannotBeSeenInOnePlace) {
    const ListenerPlan plan{"", {"127.0.0.1", 0, ""}, {"127.0.0.1", 5900, ""}};
    EXPECT_EQ(settle({}).error().message, "nowhere to listen");
    const auto settled = settle({{plan, plan}, {Fault{}}});
    ASSERT_TRUE(settled);
    EXPECT_EQ(settled->listeners[1].name, "2");
    EXPECT_EQ(settled->faults[0].name, "delay 1");
    Fault elsewhere;
    elsewhere.listener = "3";
    EXPECT_FALSE(settle({{plan}, {elsewhere}}));
    EXPECT_FALSE(
        settle({{{"a", plan.listen, plan.upstream}, {"a", plan.listen, plan.upstream}}, {}}));
    EXPECT_FALSE(settle({{{"", plan.listen, {"127.0.0.1", 0, ""}}}, {}}));
}

TEST(Quantities, NeedAUnitAndABound) {
    EXPECT_EQ(parse_time("250us"), 250us);
    EXPECT_EQ(parse_time(" +1.5 s "), 1500ms);
    EXPECT_EQ(parse_time("-3d"), -72h);
    EXPECT_EQ(parse_time("0"), 0s);
    for (const char* const wrong :
         {"", "5", "s", "1e3s", "nan s", "inf s", "51d", "-51d", "1ss", "--1s", "0x1s"})
        EXPECT_FALSE(parse_time(wrong)) << wrong;
    EXPECT_EQ(parse_rate("1.5MB/s"), 1'500'000);
    for (const char* const wrong : {"", "0B/s", "-1B/s", "5", "0.4B/s", "10GB", "9999999999999B/s"})
        EXPECT_FALSE(parse_rate(wrong)) << wrong;
    EXPECT_EQ(parse_offset("wrap in 250ms"), Offset(WrapIn{250ms}));
    EXPECT_FALSE(parse_offset("wrap"));
}

TEST(Quantities, EndpointsComeBackAsTheyWere) {
    for (const char* const text : {"127.0.0.1:5900", "[::1]:1", "unix:/run/x", "host:0"})
        EXPECT_EQ(to_string(*parse_endpoint(text)), text);
    for (const char* const wrong : {"", ":5", "host:", "host:-1", "host:65536", "unix:"})
        EXPECT_FALSE(parse_endpoint(wrong)) << wrong;
}

TEST(Quantities, TriggersThatMeanNothingAreRefused) {
    for (const char* const wrong :
         {"", "fire", "fire a b", "frame 0", "frame x", "frames", "connection 2"})
        EXPECT_FALSE(parse_trigger(wrong)) << wrong;
}

TEST(CasePreset, FramesOrClockJumpFirstAheadOrBack) {
    const auto starts = [](Case which, std::optional<Duration> disagreement) {
        std::string all;
        for (const Fault& fault :
             faults_of({.which = which, .jump = 5s, .disagreement = disagreement})) {
            all += fault.name + " " + std::to_string(fault.from.count() / 1000);
            if (const auto* const rewrite = std::get_if<Rewrite>(&fault.effect))
                all += " by " +
                       std::to_string(std::get<std::chrono::milliseconds>(rewrite->offset).count());
            all += ", ";
        }
        return all;
    };
    EXPECT_EQ(starts(Case::frames_ahead_1a, 2s),
              "frames 0 by 5000, clock 2000 by 5000, clock told 2000, ");
    EXPECT_EQ(starts(Case::frames_behind_1b, {}), "frames 0 by -5000, ");
    EXPECT_EQ(starts(Case::clock_ahead_2a, {}), "clock 0 by 5000, clock told 0, ");
    EXPECT_EQ(starts(Case::clock_behind_2b, 0s),
              "frames 0 by -5000, clock 0 by -5000, clock told 0, ");
}

TEST(Commands, AreLinesOfWords) {
    EXPECT_EQ(*parse_command("fire now\r"), Command(Fire{"now"}));
    EXPECT_EQ(*parse_command(" stop  the frames "), Command(Stop{"the frames"}));
    EXPECT_EQ(*parse_command("status"), Command(Status{}));
    EXPECT_EQ(*parse_command("quit"), Command(Quit{}));
    EXPECT_FALSE(parse_command("fire"));
    EXPECT_FALSE(parse_command("quit now"));
}

} // namespace
