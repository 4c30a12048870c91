/// The playback channel's messages: sound is unpacked and given to the player.
///
/// Net thread only. Unpacking 10 ms of Opus takes some ten microseconds, less than a hop to a
/// worker and back.
#pragma once

#include "audio/opus.h"
#include "client/channel.h"
#include "client/guest_sound.h"
#include "client/statistics.h"
#include "io/clock.h"
#include "wire/playback.h"
#include <sumac/client.h>

#include <functional>
#include <memory>

namespace sumac::client {

/// What we announce when linking: only what works.
wire::Capabilities playback_capabilities();

class PlaybackChannel : public Channel {
public:
    struct Parts {
        ChannelPort& port;
        std::shared_ptr<GuestSound> player;
        Statistics& statistics;
        std::function<void(LogLevel, std::string_view)> log;
        std::function<LocalTime()> now = io::now;
    };
    explicit PlaybackChannel(Parts parts);

    /// There is nothing to say first.
    void start() override {}
    asio::awaitable<void> on_message(wire::Message message) override;
    /// Sound stops; another server's begins with its own START, MODE and VOLUME.
    void reset(LocalTime now) override;
    void stop(LocalTime now) override;

private:
    void handle(const wire::PlaybackStart& start, LocalTime now);
    void handle(const wire::PlaybackMode& mode, LocalTime now);
    void handle(const wire::PlaybackData& data, LocalTime now);
    void handle(const wire::PlaybackStop& stop, LocalTime now);
    void handle(const wire::PlaybackVolume& volume, LocalTime now);
    void handle(const wire::PlaybackMute& mute, LocalTime now);
    void handle(const wire::PlaybackLatency& latency, LocalTime now);
    void handle(const wire::IgnoredPlaybackMessage& ignored, LocalTime now);
    Result<audio::SoundQueue::Packet> unpack(const wire::PlaybackData& data);
    Result<audio::SoundQueue::Packet> unpack_opus(const wire::PlaybackData& data);
    void fill_in(const wire::PlaybackData& data, LocalTime now);
    void ignore(std::string_view what);
    void damaged(std::string_view what, const Error& error);

    Parts parts_;
    std::optional<audio::Format> format_; ///< of the sound that was started, if we can play it
    std::uint16_t mode_;                  ///< SPICE_AUDIO_DATA_MODE_*
    std::unique_ptr<audio::PacketDecoder> decoder_;
};

} // namespace sumac::client
