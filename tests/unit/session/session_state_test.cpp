#include "session/session_state.h"

#include <gtest/gtest.h>
#include <spice/enums.h>
#include <spice/protocol.h>

namespace sumac::session {
namespace {

constexpr std::uint8_t display = SPICE_CHANNEL_DISPLAY;
constexpr std::uint8_t inputs = SPICE_CHANNEL_INPUTS;

wire::MainInit init(std::uint32_t session_id) {
    wire::MainInit message;
    message.session_id = session_id;
    message.multi_media_time = 5000;
    return message;
}

TEST(SessionState, AttachesOnInitAndThenOpensWhatIsListedAndSupported) {
    SessionState state{{display}};
    state.main_opened();
    EXPECT_EQ(state.phase(), Phase::attaching);
    const Step first = state.on_main_message(init(77));
    ASSERT_EQ(first.send.size(), 1U);
    EXPECT_EQ(first.send.front().type, SPICE_MSGC_MAIN_ATTACH_CHANNELS);
    EXPECT_EQ(first.clock_mm_time, 5000U);
    EXPECT_EQ(state.session_id(), 77U);

    const Step listed =
        state.on_main_message(wire::ChannelsList{{{display, 0}, {inputs, 0}, {display, 1}}});
    EXPECT_EQ(listed.open, (std::vector<ChannelId>{{display, 0}, {display, 1}}));
    EXPECT_EQ(state.phase(), Phase::running);
}

TEST(SessionState, OpensAHotAddedChannelOnlyOnce) {
    SessionState state{{display}};
    state.main_opened();
    state.on_main_message(init(1));
    state.on_main_message(wire::ChannelsList{{{display, 0}}});
    EXPECT_EQ(state.on_main_message(wire::ChannelsList{{{display, 2}}}).open,
              (std::vector<ChannelId>{{display, 2}}));
    EXPECT_TRUE(
        state.on_main_message(wire::ChannelsList{{{display, 0}, {display, 2}}}).open.empty());
}

TEST(SessionState, OpensOneChannelForSoundAndOneForTheMicrophone) {
    constexpr std::uint8_t playback = SPICE_CHANNEL_PLAYBACK;
    constexpr std::uint8_t record = SPICE_CHANNEL_RECORD;
    SessionState state{{playback, record}};
    state.main_opened();
    state.on_main_message(init(1));
    const Step listed = state.on_main_message(
        wire::ChannelsList{{{playback, 1}, {playback, 0}, {record, 0}, {record, 255}}});
    EXPECT_EQ(listed.open, (std::vector<ChannelId>{{playback, 0}, {record, 0}}));
    EXPECT_TRUE(state.on_main_message(wire::ChannelsList{{{playback, 2}}}).open.empty());
}

TEST(SessionState, EndsWhenChannelsAreListedBeforeInit) {
    SessionState state{{display}};
    state.main_opened();
    EXPECT_TRUE(state.on_main_message(wire::ChannelsList{{{display, 0}}}).end);
}

TEST(SessionState, TakesOnlyTheClockFromASecondInit) {
    SessionState state{{display}};
    state.main_opened();
    state.on_main_message(init(1));
    const Step again = state.on_main_message(init(2));
    EXPECT_TRUE(again.send.empty());
    EXPECT_EQ(again.clock_mm_time, 5000U);
    EXPECT_EQ(state.session_id(), 1U);
}

TEST(SessionState, ReportsTheClockAndTheName) {
    SessionState state{{display}};
    EXPECT_EQ(state.on_main_message(wire::MultiMediaTime{123}).clock_mm_time, 123U);
    state.on_main_message(wire::MainName{"vm"});
    EXPECT_EQ(state.vm_name(), "vm");
}

TEST(SessionState, BeginsAgainAtAnotherHost) {
    SessionState state{{display}};
    state.main_opened();
    state.on_main_message(init(1));
    state.on_main_message(wire::ChannelsList{{{display, 0}}});
    const Step step = state.on_main_message(wire::MigrateSwitchHost{{5901, 0, "there", ""}});
    ASSERT_TRUE(step.migration);
    EXPECT_EQ(step.migration->switch_host->host, "there");

    state.switched_host();
    EXPECT_EQ(state.session_id(), 0U);
    EXPECT_TRUE(state.main_opened().empty());
    const Step first = state.on_main_message(init(2));
    ASSERT_EQ(first.send.size(), 1U);
    EXPECT_EQ(first.send.front().type, SPICE_MSGC_MAIN_ATTACH_CHANNELS);
    EXPECT_EQ(state.session_id(), 2U);
    EXPECT_EQ(state.on_main_message(wire::ChannelsList{{{display, 0}}}).open.size(), 1U);
}

TEST(SessionState, GoesOnAtTheDestinationOfASemiSeamlessMigration) {
    SessionState state{{display}};
    state.main_opened();
    state.on_main_message(init(7));
    state.on_main_message(wire::ChannelsList{{{display, 0}}});
    ASSERT_TRUE(state.on_main_message(wire::MigrateBegin{{5901, 0, "there", ""}}).migration);
    ASSERT_EQ(state.migration().connected(false).send.size(), 1U);
    ASSERT_TRUE(state.on_main_message(wire::MigrateEnd{}).migration->restart);

    const auto first = state.main_opened();
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first.front().type, SPICE_MSGC_MAIN_MIGRATE_END);
    EXPECT_EQ(state.phase(), Phase::attaching);
    const Step step = state.on_main_message(init(99));
    EXPECT_TRUE(step.channels_restart);
    EXPECT_TRUE(step.send.empty()) << "the destination knows the channels";
    EXPECT_EQ(state.session_id(), 7U);
    EXPECT_EQ(state.phase(), Phase::running);
    EXPECT_FALSE(state.on_main_message(init(99)).channels_restart);
}

TEST(SessionState, FollowsNobodyBeforeItHasSettled) {
    SessionState state{{display}};
    state.main_opened();
    state.on_main_message(init(1));
    const Step begin = state.on_main_message(wire::MigrateBegin{{5901, 0, "there", ""}});
    ASSERT_TRUE(begin.migration);
    EXPECT_FALSE(begin.migration->connect);
    ASSERT_EQ(begin.send.size(), 1U);
    EXPECT_EQ(begin.send.front().type, SPICE_MSGC_MAIN_MIGRATE_CONNECT_ERROR);
    const Step other = state.on_main_message(wire::MigrateSwitchHost{{5901, 0, "there", ""}});
    EXPECT_TRUE(other.ignored);
    EXPECT_FALSE(other.migration->switch_host);
}

TEST(SessionState, SaysWhatItDoesNotActOn) {
    SessionState state{{display}};
    EXPECT_TRUE(state.on_main_message(wire::AgentConnected{}).ignored);
}

} // namespace
} // namespace sumac::session
