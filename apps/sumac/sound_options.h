/// The options about sound that subcommands share, and what they stand for.
#pragma once

#include <sumac/client.h>

#include <cstdint>

namespace sumac::tool {

enum class Microphone {
    off,    ///< the guest gets no sound
    tone,   ///< a tone of 440 Hz: the guest's side can be tried without a person or a microphone
    system, ///< the system's microphone
};

struct SoundOptions {
    SoundDevice device = SoundDevice::null_device;
    Microphone microphone = Microphone::off;
};

/// A quiet tone without end.
class ToneSource : public SoundSource {
public:
    std::size_t read(std::span<std::int16_t> samples, unsigned channels, unsigned rate_hz) override;

private:
    std::uint64_t next_ = 0; ///< running number of the next frame
};

/// Puts both into what a session wants. `tone` must outlive the session.
void apply(const SoundOptions& sound, ToneSource& tone, SessionOptions& options, Sinks& sinks);

} // namespace sumac::tool
