/// The system's loudspeaker and microphone. (cubeb)
///
/// Opening, closing and asking for positions may block for a while, as sound servers are other
/// processes: not for the net thread. One thread at a time; the device's own thread only copies
/// between its buffer and a ring.
#pragma once

#include "audio/ring.h"
#include <sumac/result.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>

struct cubeb;
struct cubeb_stream;

namespace sumac::audio {

struct Libcubeb;

/// What both have in common: one stream of the default device, which follows the system's choice.
class SystemDevice {
public:
    virtual ~SystemDevice();
    SystemDevice(const SystemDevice&) = delete;
    SystemDevice& operator=(const SystemDevice&) = delete;

    /// The device is gone or broken; this object is of no more use. Any thread.
    bool failed() const { return failed_.load(std::memory_order_acquire); }
    /// "pulse", "alsa", ...
    const std::string& backend() const { return backend_; }

protected:
    enum class Direction { output, input };
    struct Trampoline;

    SystemDevice(std::shared_ptr<Ring> ring, Format format)
        : ring_(std::move(ring)), format_(format) {}
    /// Destructors of what derives from this call it: the device's thread must be gone by then.
    void close();
    Result<Done, Failure> open(Direction direction);
    /// On the device's thread.
    virtual void transfer(const void* input, void* output, std::size_t frames) = 0;
    cubeb_stream* stream() const { return stream_; }
    /// Of a device that is open.
    const Libcubeb& cubeb() const { return *cubeb_; }

    const std::shared_ptr<Ring> ring_;
    const Format format_;

private:
    const Libcubeb* cubeb_ = nullptr;
    ::cubeb* context_ = nullptr;
    cubeb_stream* stream_ = nullptr;
    std::string backend_;
    std::atomic<bool> failed_{false};
};

class SystemOutput : public SystemDevice {
public:
    /// Plays what is in the ring, silence where it is empty, from now on.
    static Result<std::unique_ptr<SystemOutput>, Failure> open(std::shared_ptr<Ring> ring,
                                                               Format format);
    ~SystemOutput() override { close(); }

    struct Position {
        std::uint64_t frame = 0; ///< of the ring, heard now
        Duration latency{0};     ///< from the ring to the ear
    };
    /// Empty while the device does not know.
    std::optional<Position> position() const;

    // Any thread.
    /// How often the ring had too little.
    std::uint64_t times_dry() const { return times_dry_.load(std::memory_order_relaxed); }
    /// The most frames that it has taken at once, but for the first time.
    std::uint32_t largest_request() const {
        return largest_request_.load(std::memory_order_relaxed);
    }

private:
    using SystemDevice::SystemDevice;
    void transfer(const void* input, void* output, std::size_t frames) override;

    std::atomic<std::uint64_t> silent_frames_{0};
    std::atomic<std::uint64_t> times_dry_{0};
    std::atomic<std::uint32_t> largest_request_{0};
    bool prerolled_ = false; ///< the device's thread's
};

class SystemInput : public SystemDevice {
public:
    /// Fills the ring from now on; what does not fit is lost.
    static Result<std::unique_ptr<SystemInput>, Failure> open(std::shared_ptr<Ring> ring,
                                                              Format format);
    ~SystemInput() override { close(); }

private:
    using SystemDevice::SystemDevice;
    void transfer(const void* input, void* output, std::size_t frames) override;
};

} // namespace sumac::audio
