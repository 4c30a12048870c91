/// Converter: sound in one format into sound in another, a little faster or slower where asked.
/// One continuous sound; a new one gets a new converter. (libswresample)
#pragma once

#include "audio/sound.h"
#include <sumac/result.h>

#include <memory>
#include <span>

struct SwrContext;

namespace sumac::audio {

class Converter {
public:
    /// Both formats must be playable, except that `to` may have any rate from 1 kHz.
    static Result<std::unique_ptr<Converter>> make(Format from, Format to);
    ~Converter();
    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;

    /// Appends to `to`. `speed` 1.005 makes half a percent less of it: the sound is played so much
    /// faster. An error means that libswresample has no memory.
    Result<Done> convert(std::span<const std::int16_t> from, double speed, Samples& to);
    /// The rest, at the end of the sound.
    Result<Done> flush(Samples& to);
    /// How long before the end of what it was given the next frame that comes out lies.
    Duration delay() const;
    Format from() const { return from_; }

private:
    struct Free {
        void operator()(SwrContext* context) const;
    };
    Converter(Format from, Format to, SwrContext* context);
    Result<Done>
    run(const std::uint8_t* from, std::size_t frames, std::size_t room_frames, Samples& to);

    Format from_;
    Format to_;
    std::unique_ptr<SwrContext, Free> context_;
};

} // namespace sumac::audio
