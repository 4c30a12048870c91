#include "audio/raw.h"

namespace sumac::audio {

Result<Samples> raw_samples(Bytes data, Format format) {
    const std::size_t frame = format.channels * sizeof(std::int16_t);
    if (data.size() % frame != 0)
        return Error{ErrorCode::invalid, "raw sound that is cut within a sample"};
    if (data.size() / frame > frames_in(max_raw_packet, format.rate_hz))
        return Error{ErrorCode::invalid, "more raw sound than a packet may hold"};
    Samples samples(data.size() / sizeof(std::int16_t));
    Reader r{data};
    for (std::int16_t& sample : samples)
        sample = r.i16();
    return samples;
}

} // namespace sumac::audio
