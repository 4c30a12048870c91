#include "session/migration.h"

#include <gtest/gtest.h>
#include <spice/enums.h>

namespace sumac::session {
namespace {

using Phase = Migration::Phase;

const wire::MigrationDestination destination{5901, 0, "there", ""};

TEST(Migration, ConnectsTellsTheSourceAndRestartsAtTheEnd) {
    Migration migration;
    const auto begun = migration.begin(destination, {});
    EXPECT_EQ(begun.connect, destination);
    EXPECT_FALSE(begun.source_version);
    EXPECT_FALSE(begun.abandon);
    const auto connected = migration.connected(false);
    ASSERT_EQ(connected.send.size(), 1U);
    EXPECT_EQ(connected.send.front().type, SPICE_MSGC_MAIN_MIGRATE_CONNECTED);
    EXPECT_FALSE(migration.channel_moves());
    EXPECT_TRUE(migration.end().restart);
    EXPECT_EQ(migration.phase(), Phase::none);
}

TEST(Migration, MovesChannelByChannelWhereTheDestinationAgrees) {
    Migration migration;
    EXPECT_EQ(migration.begin(destination, 3).source_version, 3U);
    const auto connected = migration.connected(true);
    ASSERT_EQ(connected.send.size(), 1U);
    EXPECT_EQ(connected.send.front().type, SPICE_MSGC_MAIN_MIGRATE_CONNECTED_SEAMLESS);
    EXPECT_EQ(migration.kind(), MigrationKind::seamless);
    EXPECT_TRUE(migration.channel_moves());
    EXPECT_TRUE(migration.channel_moves());
    EXPECT_TRUE(migration.end().ignored);
    EXPECT_TRUE(migration.cancel().ignored);
    EXPECT_TRUE(migration.begin(destination, {}).ignored);
    migration.all_moved();
    EXPECT_EQ(migration.phase(), Phase::none);
    EXPECT_TRUE(migration.begin(destination, {}).connect) << "the next one can follow";
}

TEST(Migration, FallsBackToSemiSeamlessWhereTheDestinationRefuses) {
    Migration migration;
    migration.begin(destination, 3);
    const auto connected = migration.connected(false);
    ASSERT_EQ(connected.send.size(), 1U);
    EXPECT_EQ(connected.send.front().type, SPICE_MSGC_MAIN_MIGRATE_CONNECTED);
    EXPECT_TRUE(migration.end().restart);
}

TEST(Migration, TellsTheSourceOfAFailureAndIsReadyForAnother) {
    Migration migration;
    migration.begin(destination, {});
    const auto failed = migration.failed();
    ASSERT_EQ(failed.send.size(), 1U);
    EXPECT_EQ(failed.send.front().type, SPICE_MSGC_MAIN_MIGRATE_CONNECT_ERROR);
    EXPECT_TRUE(migration.end().ignored);
    EXPECT_FALSE(migration.begin(destination, {}).abandon);
}

TEST(Migration, CancelClosesTheDestinationAndSilencesWhatComesOfIt) {
    Migration migration;
    migration.begin(destination, {});
    EXPECT_TRUE(migration.cancel().abandon);
    EXPECT_TRUE(migration.connected(true).send.empty());
    EXPECT_TRUE(migration.failed().send.empty());
    migration.begin(destination, 1);
    migration.connected(true);
    EXPECT_TRUE(migration.cancel().abandon);
    EXPECT_FALSE(migration.channel_moves());
    EXPECT_TRUE(migration.cancel().ignored);
}

TEST(Migration, ASecondBeginReplacesTheFirst) {
    Migration migration;
    migration.begin(destination, {});
    const auto again = migration.begin({5902, 0, "elsewhere", ""}, {});
    EXPECT_TRUE(again.abandon);
    EXPECT_EQ(again.connect->host, "elsewhere");
}

TEST(Migration, SwitchHostGivesUpWhatWasPrepared) {
    Migration migration;
    EXPECT_EQ(migration.switch_host(destination).switch_host, destination);
    migration.begin(destination, {});
    EXPECT_TRUE(migration.switch_host(destination).abandon);
}

TEST(MigrationTarget, TakesThePlaceAndKeepsTheCredentials) {
    Target source;
    source.host = "here";
    source.port = 5900;
    source.tls_port = 5901;
    source.password = "secret";
    source.ca_file = "ca.pem";
    source.host_subject = "CN=here";
    const Target target = destination_target(source, {6000, 6001, "there", "CN=there"}, false);
    EXPECT_EQ(target.host, "there");
    EXPECT_EQ(target.port, 6000);
    EXPECT_EQ(target.tls_port, 6001);
    EXPECT_EQ(target.host_subject, "CN=there");
    EXPECT_EQ(target.password, "secret");
    EXPECT_EQ(target.ca_file, "ca.pem");
    EXPECT_EQ(destination_target(source, {6000, 0, "", ""}, false).host, "here");
}

TEST(MigrationTarget, StaysWithTls) {
    Target source;
    source.host = "here";
    source.tls_port = 5901;
    EXPECT_EQ(destination_target(source, {6000, 6001, "there", ""}, true).port, 0);
}

TEST(MigrationTarget, LeavesAUnixSocketForAHost) {
    Target source;
    source.unix_path = "/run/vm";
    EXPECT_EQ(destination_target(source, {6000, 0, "there", ""}, false).unix_path, "");
}

} // namespace
} // namespace sumac::session
