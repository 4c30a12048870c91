/// The record channel: sound for the guest, from the application's source or the system's
/// microphone, while the guest listens.
///
/// Net thread only.
#pragma once

#include "audio/device_plan.h"
#include "audio/gain.h"
#include "audio/opus.h"
#include "audio/system_device.h"
#include "client/blocking_device.h"
#include "client/channel.h"
#include "client/statistics.h"
#include "io/timer.h"
#include "wire/record.h"
#include <sumac/client.h>

#include <functional>
#include <memory>

namespace sumac::client {

/// What we announce when linking: only what works.
wire::Capabilities record_capabilities();

class RecordChannel : public Channel {
public:
    struct Parts {
        ChannelPort& port;
        asio::io_context& net;
        SoundSource* source = nullptr; ///< null: the system's microphone, which the user allowed
        Statistics& statistics;
        std::function<void(LogLevel, std::string_view)> log;
        std::function<LocalTime()> now = io::now;
    };
    explicit RecordChannel(Parts parts);

    /// There is nothing to say first.
    void start() override {}
    asio::awaitable<void> on_message(wire::Message message) override;
    void reset(LocalTime now) override;
    void stop(LocalTime now) override;

    /// The guest listens to us now.
    bool recording() const { return format_.has_value(); }
    /// Sends what is due. The channel's own timer calls it, each `packet_length`, while the guest
    /// listens.
    void step(LocalTime now);

    static constexpr Duration packet_length{10'000};
    /// After a pause of ours the guest does not get more than this at once.
    static constexpr Duration max_behind{100'000};
    /// So often the microphone is asked whether it still works.
    static constexpr Duration ask_interval{1'000'000};

private:
    void handle(const wire::RecordStart& start, LocalTime now);
    void handle(const wire::RecordStop& stop, LocalTime now);
    void handle(const wire::RecordVolume& volume, LocalTime now);
    void handle(const wire::RecordMute& mute, LocalTime now);
    void handle(const wire::IgnoredRecordMessage& ignored, LocalTime now);
    void finish();
    void restart(const audio::Format& format, LocalTime now);
    void look_after_microphone(LocalTime now);
    void open_microphone();
    void microphone_opened(const std::optional<Failure>& failure);
    void ask_microphone();
    void microphone_failed();
    void close_microphone();
    bool fill_packet(LocalTime now);
    std::size_t read(std::span<std::int16_t> samples, LocalTime now);
    void send_packet(LocalTime now);
    void announce(LocalTime now);
    void wake_at(LocalTime at);

    Parts parts_;
    io::Timer timer_;
    BlockingDevice<audio::SystemInput> microphone_;
    audio::DevicePlan plan_; ///< of the microphone
    /// Handlers hold it weakly: once it is gone, so is this object, or that recording.
    std::shared_ptr<char> recording_;
    /// The same, of this object alone.
    std::shared_ptr<char> alive_ = std::make_shared<char>();

    audio::Gain gain_;
    std::optional<audio::Format> format_;           ///< while the guest listens
    std::unique_ptr<audio::PacketEncoder> encoder_; ///< null: raw
    std::shared_ptr<audio::Ring> ring_;             ///< from the microphone that opens or is open
    audio::Samples packet_;                         ///< that is being filled
    LocalTime began_{};
    std::uint64_t frames_read_ = 0; ///< since then
    bool announced_ = false;        ///< MODE and START_MARK are sent
    bool stopped_ = false;          ///< for good
    bool asked_ = false;            ///< the microphone's answer is on its way
    bool complained_ = false;       ///< said that it does not open, once
    LocalTime asked_at_{};
};

} // namespace sumac::client
