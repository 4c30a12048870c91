// The path from a PLAYBACK_DATA's bytes to samples. An input is a sequence of packets, each behind
// its length in one byte: what one leaves in the decoder meets the next. Length 0 is a lost packet.
#include "audio/opus.h"
#include "base/check.h"

#include <cstdint>
#include <span>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sumac;
    const auto decoder = audio::PacketDecoder::make({2, 48000});
    CHECK(decoder.has_value());
    Reader r{std::as_bytes(std::span{data, size})};
    while (r.left() > 0) {
        const std::size_t length = std::min<std::size_t>(r.u8(), r.left());
        const auto samples =
            length == 0 ? (*decoder)->conceal() : (*decoder)->decode(r.bytes(length));
        if (samples) CHECK(samples->size() % 2 == 0 && samples->size() <= std::size_t{2} * 5760);
    }
    return 0;
}
