#include "audio/opus.h"

#include <opus/opus.h>

#include <algorithm>
#include <array>

namespace sumac::audio {
namespace {

constexpr std::array<std::uint32_t, 5> opus_rates{8000, 12000, 16000, 24000, 48000};
/// The longest packet that Opus knows.
constexpr Duration longest_packet{120'000};
/// What servers take from a client: spice-server's buffer for one compressed packet.
constexpr std::size_t max_encoded_bytes = 480;

bool is_opus_format(Format format) {
    return is_opus_rate(format.rate_hz) && (format.channels == 1 || format.channels == 2);
}

} // namespace

bool is_opus_rate(std::uint32_t rate_hz) {
    return std::ranges::find(opus_rates, rate_hz) != opus_rates.end();
}

void PacketDecoder::Free::operator()(OpusDecoder* decoder) const {
    opus_decoder_destroy(decoder);
}

PacketDecoder::PacketDecoder(Format format, OpusDecoder* decoder)
    : format_(format), decoder_(decoder) {}

PacketDecoder::~PacketDecoder() = default;

Result<std::unique_ptr<PacketDecoder>> PacketDecoder::make(Format format) {
    if (!is_opus_format(format)) return Error{ErrorCode::unsupported, "Opus has no such format"};
    int error = OPUS_OK;
    OpusDecoder* decoder = opus_decoder_create(
        static_cast<opus_int32>(format.rate_hz), static_cast<int>(format.channels), &error);
    if (error != OPUS_OK) return Error{ErrorCode::system, "no Opus decoder"};
    return std::unique_ptr<PacketDecoder>{new PacketDecoder{format, decoder}}; // private
}

Result<Samples> PacketDecoder::decode(Bytes packet) {
    if (packet.empty()) return Error{ErrorCode::truncated, "an empty Opus packet"};
    return run(static_cast<const unsigned char*>(static_cast<const void*>(packet.data())),
               packet.size(),
               frames_in(longest_packet, format_.rate_hz));
}

Result<Samples> PacketDecoder::conceal() {
    opus_int32 frames = 0;
    opus_decoder_ctl(decoder_.get(), OPUS_GET_LAST_PACKET_DURATION(&frames));
    if (frames <= 0) return Samples{}; // nothing was decoded yet
    return run(nullptr, 0, static_cast<std::size_t>(frames));
}

Result<Samples>
PacketDecoder::run(const unsigned char* packet, std::size_t size, std::size_t room_frames) {
    Samples samples(room_frames * format_.channels);
    const int frames = opus_decode(decoder_.get(),
                                   packet,
                                   static_cast<opus_int32>(std::min<std::size_t>(size, INT32_MAX)),
                                   samples.data(),
                                   static_cast<int>(room_frames),
                                   0);
    if (frames < 0) return Error{ErrorCode::invalid, "a damaged Opus packet"};
    samples.resize(static_cast<std::size_t>(frames) * format_.channels);
    return samples;
}

void PacketEncoder::Free::operator()(OpusEncoder* encoder) const {
    opus_encoder_destroy(encoder);
}

PacketEncoder::PacketEncoder(Format format, OpusEncoder* encoder)
    : format_(format), encoder_(encoder) {}

PacketEncoder::~PacketEncoder() = default;

Result<std::unique_ptr<PacketEncoder>> PacketEncoder::make(Format format) {
    if (!is_opus_format(format)) return Error{ErrorCode::unsupported, "Opus has no such format"};
    int error = OPUS_OK;
    OpusEncoder* encoder = opus_encoder_create(static_cast<opus_int32>(format.rate_hz),
                                               static_cast<int>(format.channels),
                                               OPUS_APPLICATION_AUDIO,
                                               &error);
    if (error != OPUS_OK) return Error{ErrorCode::system, "no Opus encoder"};
    return std::unique_ptr<PacketEncoder>{new PacketEncoder{format, encoder}}; // private
}

Result<std::vector<std::byte>> PacketEncoder::encode(std::span<const std::int16_t> samples) {
    if (samples.size() != frames_per_packet() * format_.channels)
        return Error{ErrorCode::invalid, "an Opus packet holds 10 ms"};
    std::vector<std::byte> packet(max_encoded_bytes);
    const auto size = opus_encode(encoder_.get(),
                                  samples.data(),
                                  static_cast<int>(frames_per_packet()),
                                  static_cast<unsigned char*>(static_cast<void*>(packet.data())),
                                  static_cast<opus_int32>(packet.size()));
    if (size < 0) return Error{ErrorCode::system, "the Opus encoder failed"};
    packet.resize(static_cast<std::size_t>(size));
    return packet;
}

} // namespace sumac::audio
