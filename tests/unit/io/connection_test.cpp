#include "io/connection.h"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace sumac::io {
namespace {

using asio::ip::tcp;
using std::chrono::milliseconds;

/// What a test waits for comes sooner...
constexpr std::chrono::seconds long_time{20};
/// ...than this, which must not be waited for.
constexpr std::chrono::hours never{1};
/// Until whoever is woken by what was said is done with that.
constexpr milliseconds short_time{20};

/// A connection to a peer that says what it is told to.
class ConnectionReading : public testing::Test {
protected:
    void SetUp() override {
        tcp::acceptor acceptor{context_, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
        Target target;
        target.host = "127.0.0.1";
        target.port = acceptor.local_endpoint().port();
        run([&]() -> asio::awaitable<void> {
            auto connected = co_await connect(target, Security::plain, long_time, {});
            if (connected) connection_.emplace(*std::move(connected));
        });
        ASSERT_TRUE(connection_);
        peer_ = acceptor.accept();
    }

    /// Runs it to its end. Nothing on the way to it may take a long time.
    template <class Coroutine>
    void run(Coroutine&& coroutine) {
        bool done = false;
        asio::co_spawn(context_, coroutine(), [&](const std::exception_ptr& exception) {
            EXPECT_FALSE(exception);
            done = true;
        });
        while (!done && context_.run_one_for(long_time) > 0) {
        }
        ASSERT_TRUE(done);
        context_.restart();
    }

    /// What one read gets, or nothing.
    asio::awaitable<std::string> read() {
        std::array<std::byte, 100> buffer{};
        const auto size = co_await connection_->read_some(buffer);
        co_return size ? std::string{reinterpret_cast<const char*>(buffer.data()), *size} : "";
    }

    void say(std::string_view what) { asio::write(peer_, asio::buffer(what)); }

    template <class Action>
    void soon(Action action) {
        timer_.expires_after(short_time);
        timer_.async_wait([action](const asio::error_code&) { action(); });
    }

    asio::io_context context_;
    tcp::socket peer_{context_};
    asio::steady_timer timer_{context_};
    std::optional<Connection> connection_;
};

TEST_F(ConnectionReading, OneReadGetsWhatFollowedTheFirst) {
    say("first ");
    soon([&] { say("second"); });
    run([&]() -> asio::awaitable<void> {
        co_await connection_->gather(milliseconds{200});
        EXPECT_EQ(co_await read(), "first second");
    });
}

TEST_F(ConnectionReading, WhatFillsAReadIsReadAtOnce) {
    say(std::string(64 * 1024, 'x'));
    run([&]() -> asio::awaitable<void> {
        co_await connection_->gather(never);
        EXPECT_NE(co_await read(), "");
    });
}

TEST_F(ConnectionReading, ReadableWaitsForTheFirst) {
    bool said = false;
    soon([&] {
        say("first");
        said = true;
    });
    run([&]() -> asio::awaitable<void> {
        co_await connection_->readable();
        EXPECT_TRUE(said);
        EXPECT_EQ(co_await read(), "first");
    });
}

TEST_F(ConnectionReading, ReadableSeesWhatHasCome) {
    say("first");
    run([&]() -> asio::awaitable<void> {
        co_await connection_->readable();
        EXPECT_EQ(co_await read(), "first");
    });
}

TEST_F(ConnectionReading, WhatComesLaterIsReadAsEver) {
    say("first");
    run([&]() -> asio::awaitable<void> {
        co_await connection_->gather(milliseconds{1});
        EXPECT_EQ(co_await read(), "first");
        soon([&] { say("second"); });
        EXPECT_EQ(co_await read(), "second");
    });
}

TEST_F(ConnectionReading, NothingGathersBeforeADeadline) {
    connection_->expires_after(long_time);
    say("first");
    run([&]() -> asio::awaitable<void> {
        co_await connection_->gather(never);
        EXPECT_EQ(co_await read(), "first");
    });
}

TEST_F(ConnectionReading, ANewDeadlineEndsIt) {
    say("first");
    soon([&] { connection_->expires_after(long_time); });
    run([&]() -> asio::awaitable<void> {
        co_await connection_->gather(never);
        EXPECT_EQ(co_await read(), "first");
    });
}

TEST_F(ConnectionReading, ClosingEndsTheWaitForTheFirst) {
    soon([&] { connection_->close(); });
    run([&]() -> asio::awaitable<void> {
        co_await connection_->readable();
        co_await connection_->gather(never);
        EXPECT_EQ(co_await read(), "");
    });
}

TEST_F(ConnectionReading, ADeadlineEndsTheWaitForTheFirst) {
    connection_->expires_after(short_time);
    run([&]() -> asio::awaitable<void> {
        co_await connection_->readable();
        co_await connection_->gather(never);
        EXPECT_EQ(co_await read(), "");
    });
}

TEST_F(ConnectionReading, ThePeersEndEndsTheWaitForTheFirst) {
    soon([&] { peer_.close(); });
    run([&]() -> asio::awaitable<void> {
        co_await connection_->readable();
        co_await connection_->gather(milliseconds{1});
        EXPECT_EQ(co_await read(), "");
    });
}

TEST_F(ConnectionReading, ClosingEndsItWhileItGathers) {
    say("first");
    soon([&] { connection_->close(); });
    run([&]() -> asio::awaitable<void> {
        co_await connection_->gather(never);
        EXPECT_EQ(co_await read(), "");
    });
}

} // namespace
} // namespace sumac::io
