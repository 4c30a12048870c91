/// A sink that records, with the encoder in a thread of its own.
#pragma once

#include "change_queue.h"
#include "clock.h"
#include "recording.h"
#include <sumac/sinks.h>

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace sumac::tool {

/// Takes the changes of one display, and the sound; the session's thread copies what changed and
/// waits only while the queue is full. Where writing fails the recorder stops taking, so that the
/// session can end.
class Recorder : public DisplaySink, public SoundSink {
public:
    struct Options {
        std::string path;
        VideoCodec codec = VideoCodec::huffyuv;
        std::uint32_t display = 0;
        SoundTracks sound = SoundTracks::none;
        std::size_t queue_bytes = ChangeQueue::default_capacity_bytes;
    };

    struct Progress {
        std::optional<LocalTime> since; ///< when the display came into being, at first
        std::uint64_t pictures = 0;     ///< handed to the encoder
        std::uint64_t bytes = 0;        ///< on the disk
        ChangeQueue::Fill queue;
        std::vector<std::string> files; ///< begun so far
        std::optional<Failure> failure; ///< why it stopped
    };

    /// `on_news` is called from the encoder's thread when a file begins or writing fails.
    Recorder(Options options, NowFunction now, std::function<void()> on_news);
    /// As finish, without an end for the last picture.
    ~Recorder() override;
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    void on_display_created(std::uint32_t display, Size size) override;
    void on_display_destroyed(std::uint32_t display) override;
    void on_update(const DisplayUpdate& update) override;
    void on_sound(const SoundView& sound) override;

    /// Any thread.
    Progress progress() const;
    /// Writes what waits and completes the file; the last picture lasts until `end`. After it no
    /// call of the sink is allowed. The figures are final then.
    Progress finish(LocalTime end);

private:
    void encode_all(const std::function<void()>& on_news);
    Result<Done, Failure> record(Change& change);
    void publish(const std::optional<Failure>& failure);

    const Options options_;
    const NowFunction now_;
    ChangeQueue queue_;
    Recording recording_; ///< the encoder thread's, then finish()'s
    mutable std::mutex mutex_;
    Progress progress_; ///< guarded by mutex_; its queue is asked for when wanted
    std::jthread encoder_;
};

} // namespace sumac::tool
