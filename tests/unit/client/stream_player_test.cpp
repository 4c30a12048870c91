#include "client/stream_player.h"
#include "io/clock.h"

#include <asio/post.hpp>
#include <gtest/gtest.h>
#include <spice/enums.h>

#include <algorithm>
#include <array>
#include <future>
#include <utility>

namespace sumac::client {
namespace {

/// A player with a canvas on which nothing is shown, and the reports that it sends.
struct Playing {
    asio::io_context net;
    asio::thread_pool workers{1};
    Statistics statistics{"test"};
    std::shared_ptr<DrawWorker> draw =
        std::make_shared<DrawWorker>(workers.get_executor(),
                                     1,
                                     statistics,
                                     nullptr,
                                     DrawWorker::Events{[](const ShownFrame&, LocalTime) {},
                                                        [](const ShownFrame&) {},
                                                        [](std::uint8_t, Error) {},
                                                        [] {}});
    std::vector<media::StreamReport> reports;
    std::vector<std::string> said;
    std::shared_ptr<StreamPlayer> player = std::make_shared<StreamPlayer>(StreamPlayer::Parts{
        net,
        workers,
        *draw,
        statistics,
        nullptr,
        [this](std::uint32_t, const auto& report) { reports.push_back(report); },
        {},
        [this](LogLevel, std::string_view line) { said.emplace_back(line); }});
    LocalTime now{Duration{1'000'000}};
    std::uint32_t mm_time = 1000;

    ~Playing() {
        player->close(now);
        workers.join();
        net.restart();
        net.run();
    }

    void create(StreamKey key, std::uint8_t codec) {
        channel::Stream stream;
        stream.key = key;
        stream.create.id = StreamId{7};
        stream.create.codec = codec;
        stream.create.stream_width = stream.create.stream_height = 64;
        stream.create.dest = {0, 0, 64, 64};
        player->stream_created(0, stream, now);
    }

    void give(StreamKey key, Bytes data, std::shared_ptr<const std::vector<std::byte>> buffer) {
        player->frame_received(
            {key, mm_time += 33, {0, 0, 64, 64}, {64, 64}, data, buffer, buffer->size()}, now);
    }

    /// Gives it a frame and lets it try.
    void decode(StreamKey key, std::vector<std::byte> data) {
        const auto buffer = std::make_shared<const std::vector<std::byte>>(std::move(data));
        give(key, *buffer, buffer);
        while (player->busy()) {
            net.restart();
            net.run_one();
        }
        now += Duration{33'000};
    }

    std::size_t invalid_reports() const {
        return static_cast<std::size_t>(
            std::count(reports.begin(), reports.end(), media::invalid_stream_report(StreamId{7})));
    }
};

const std::vector<std::byte> damaged(100, std::byte{0xA5});

TEST(StreamPlayer, AsksForAnotherStreamOnceADecoderIsDead) {
    Playing playing;
    constexpr StreamKey key{1};
    playing.create(key, SPICE_VIDEO_CODEC_TYPE_VP8);
    for (int i = 1; i < max_undecodable_in_a_row; ++i)
        playing.decode(key, damaged);
    EXPECT_EQ(playing.invalid_reports(), 0U);
    for (int i = 0; i < 3 * max_undecodable_in_a_row; ++i)
        playing.decode(key, damaged);
    EXPECT_EQ(playing.invalid_reports(), 1U);
}

TEST(StreamPlayer, SaysAtOnceThatItLacksACodec) {
    Playing playing;
    playing.create(StreamKey{1}, 200);
    EXPECT_EQ(playing.invalid_reports(), 1U);
}

TEST(StreamPlayer, SaysNothingOfADeadDecoderWhoseStreamIsOver) {
    Playing playing;
    constexpr StreamKey key{1};
    playing.create(key, SPICE_VIDEO_CODEC_TYPE_VP8);
    for (int i = 1; i < max_undecodable_in_a_row; ++i)
        playing.decode(key, damaged);
    const auto buffer = std::make_shared<const std::vector<std::byte>>(damaged);
    playing.player->frame_received({key, 2000, {0, 0, 64, 64}, {64, 64}, *buffer, buffer},
                                   playing.now);
    playing.player->stream_destroyed(key, playing.now);
    while (playing.player->busy()) {
        playing.net.restart();
        playing.net.run_one();
    }
    EXPECT_EQ(playing.invalid_reports(), 0U);
}

/// Holds up a pool of one thread.
class Turnstile {
public:
    explicit Turnstile(asio::thread_pool& pool) : pool_(pool) { close(); }
    ~Turnstile() { open_.set_value(); }
    Turnstile(const Turnstile&) = delete;
    Turnstile& operator=(const Turnstile&) = delete;

    /// Lets it do what was posted so far, and no more.
    void let_pass() {
        std::promise<void> before = std::exchange(open_, {});
        const std::future<void> reached = close();
        before.set_value();
        reached.wait();
    }

private:
    std::future<void> close() {
        const auto reached = std::make_shared<std::promise<void>>();
        std::future<void> future = reached->get_future();
        asio::post(pool_, [reached, open = open_.get_future().share()] {
            reached->set_value();
            open.wait();
        });
        return future;
    }
    asio::thread_pool& pool_;
    std::promise<void> open_;
};

/// A key frame of VP8, 64x64 pixels of grey, made with libvpx.
const std::vector<std::byte> grey = [] {
    constexpr std::array<unsigned, 36> bytes{0xf0, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x00, 0x40,
                                             0x00, 0x00, 0x47, 0x08, 0x85, 0x85, 0x88, 0x85, 0x84,
                                             0x88, 0x02, 0x02, 0x00, 0x06, 0x70, 0x49, 0xd9, 0x6f,
                                             0x54, 0x16, 0xa4, 0x25, 0xe2, 0x00, 0xfe, 0x68, 0x00};
    std::vector<std::byte> frame;
    for (const unsigned byte : bytes)
        frame.push_back(static_cast<std::byte>(byte));
    return frame;
}();

TEST(StreamPlayer, GivesUpAStreamWhoseDecoderFallsBehindForEver) {
    Playing playing;
    playing.now = io::now();
    Turnstile decoder{playing.workers};
    constexpr StreamKey key{1};
    playing.create(key, SPICE_VIDEO_CODEC_TYPE_VP8);
    const auto buffer = std::make_shared<const std::vector<std::byte>>(grey);
    playing.give(key, *buffer, buffer);
    playing.give(key, *buffer, buffer);
    // All have waited for too long, and as many wait as before.
    for (int i = 0; i < 2 * media::DecoderBacklog::trial_frames; ++i) {
        playing.now += 2 * media::DecoderBacklog::limit;
        playing.give(key, *buffer, buffer);
        decoder.let_pass();
        playing.net.restart();
        playing.net.poll();
    }
    EXPECT_EQ(playing.invalid_reports(), 1U);
    EXPECT_TRUE(std::any_of(playing.said.begin(), playing.said.end(), [](const std::string& line) {
        return line.find("faster than they can be decoded") != std::string::npos;
    }));
}

TEST(StreamPlayer, CountsTheWholeBufferOfAFrameThatWaits) {
    Playing playing;
    constexpr StreamKey key{1};
    playing.create(key, SPICE_VIDEO_CODEC_TYPE_VP8);
    const auto buffer =
        std::make_shared<const std::vector<std::byte>>(max_compressed_bytes / 2, std::byte{1});
    playing.give(key, Bytes{*buffer}.first(1), buffer);
    EXPECT_FALSE(playing.player->full());
    playing.give(key, {}, buffer); // no data: nothing to wait for
    EXPECT_FALSE(playing.player->full());
    playing.give(key, Bytes{*buffer}.first(1), buffer);
    EXPECT_TRUE(playing.player->full());
}

} // namespace
} // namespace sumac::client
