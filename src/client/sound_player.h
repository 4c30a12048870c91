/// Plays a session's sound: steps audio::Player while there is any, tells media what is heard, and
/// looks after the device.
///
/// Decides nothing about time: how much and how fast is media's advice. The device is the null
/// device until the system's is open, whenever that fails, and for good where none is wanted; the
/// system's is tried again now and then while there is sound, and closed some time after the last.
/// Net thread only.
#pragma once

#include "audio/player.h"
#include "audio/system_device.h"
#include "client/blocking_device.h"
#include "client/guest_sound.h"
#include "client/statistics.h"
#include "client/stream_player.h"
#include "io/timer.h"
#include <sumac/client.h>

#include <functional>
#include <memory>

namespace sumac::client {

class SoundPlayer final : public GuestSound, public std::enable_shared_from_this<SoundPlayer> {
public:
    struct Parts {
        asio::io_context& net;
        std::shared_ptr<StreamPlayer> streams;
        Statistics& statistics;
        SoundDevice device = SoundDevice::null_device;
        SoundSink* sink = nullptr;  ///< may be null
        TraceSink* trace = nullptr; ///< may be null
        std::function<void(LogLevel, std::string_view)> log;
    };
    explicit SoundPlayer(Parts parts);

    void started(std::uint32_t mm_time, LocalTime now) override;
    void arrived(std::uint32_t mm_time, LocalTime now) override;
    void play(audio::SoundQueue::Packet packet, LocalTime now) override;
    void stopped(LocalTime now) override;
    void reset(LocalTime now) override;
    void wish(std::uint32_t latency_ms) override { parts_.streams->playback_latency(latency_ms); }
    audio::Gain& gain() override { return player_.gain(); }
    /// For good.
    void close();
    /// When it acts next by itself, if that is to come.
    LocalTime wakes_at() const { return timer_.expiry(); }

    static constexpr std::chrono::seconds retry_interval{5};
    /// A beep each second must not open the device each time.
    static constexpr std::chrono::seconds linger{10};
    /// A device that takes nothing for so long is broken.
    static constexpr std::chrono::seconds patience{2};

private:
    struct DeviceState {
        std::optional<audio::SystemOutput::Position> position;
        LocalTime at;
        std::uint64_t times_dry = 0;
        std::uint32_t largest_request = 0;
        bool failed = false;
        std::string backend;
    };
    enum class System { closed, opening, open };

    void step();
    void tell_what_is_heard(LocalTime now);
    void look_after_device(LocalTime now);
    void open_device();
    void opened(const std::shared_ptr<audio::Ring>& ring, const std::optional<Failure>& failure);
    void ask_device();
    void device_told(const DeviceState& state);
    void look_whether_it_plays(const DeviceState& state, LocalTime now);
    void device_failed(std::string_view why, LocalTime now);
    void close_device(LocalTime now);
    void wake_at(LocalTime at);
    std::uint64_t underruns() const;
    void trace_heard(const audio::Player::HeardSound& heard, LocalTime now);

    Parts parts_;
    audio::Player player_;
    io::Timer timer_;
    bool awake_ = false; ///< the timer runs
    bool closed_ = false;
    double speed_ = 1;
    LocalTime traced_at_{};

    BlockingDevice<audio::SystemOutput> output_;
    System system_ = System::closed;
    std::shared_ptr<audio::Ring> warming_up_; ///< of a device that is opened and does not play yet
    LocalTime opened_at_{};
    bool asked_ = false;      ///< an answer is on its way
    bool complained_ = false; ///< said that there is no device, once
    LocalTime retry_at_{};
    LocalTime asked_at_{};
    LocalTime used_at_{};  ///< there was sound
    LocalTime taken_at_{}; ///< the device took some
    std::uint64_t taken_ = 0;
    std::optional<std::uint64_t> times_dry_; ///< empty: what was before does not count
};

} // namespace sumac::client
