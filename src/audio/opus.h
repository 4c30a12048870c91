/// Opus packets to samples and back. SPICE sends one packet in each DATA message. (libopus)
#pragma once

#include "audio/sound.h"
#include "base/reader.h"

#include <memory>

struct OpusDecoder;
struct OpusEncoder;

namespace sumac::audio {

/// The rates that Opus has; others are sent raw.
bool is_opus_rate(std::uint32_t rate_hz);

class PacketDecoder {
public:
    /// One or two channels, at a rate that Opus has; anything else is unsupported.
    static Result<std::unique_ptr<PacketDecoder>> make(Format format);
    ~PacketDecoder();
    PacketDecoder(const PacketDecoder&) = delete;
    PacketDecoder& operator=(const PacketDecoder&) = delete;

    /// One packet: at most 120 ms. An error costs this packet; others may be given all the same.
    Result<Samples> decode(Bytes packet);
    /// What a lost packet may have sounded like, as long as the one before it.
    Result<Samples> conceal();
    Format format() const { return format_; }

    /// Encoders look ahead: what comes out of a packet is so much older than what went in with it.
    /// (libopus for music, which is what servers use.)
    static constexpr Duration encoder_delay{6'500};

private:
    struct Free {
        void operator()(OpusDecoder* decoder) const;
    };
    PacketDecoder(Format format, OpusDecoder* decoder);
    Result<Samples> run(const unsigned char* packet, std::size_t size, std::size_t room_frames);

    Format format_;
    std::unique_ptr<OpusDecoder, Free> decoder_;
};

class PacketEncoder {
public:
    /// As for PacketDecoder.
    static Result<std::unique_ptr<PacketEncoder>> make(Format format);
    ~PacketEncoder();
    PacketEncoder(const PacketEncoder&) = delete;
    PacketEncoder& operator=(const PacketEncoder&) = delete;

    /// 10 ms of sound, the only length that servers take.
    Result<std::vector<std::byte>> encode(std::span<const std::int16_t> samples);
    std::size_t frames_per_packet() const { return format_.rate_hz / 100; }

private:
    struct Free {
        void operator()(OpusEncoder* encoder) const;
    };
    PacketEncoder(Format format, OpusEncoder* encoder);

    Format format_;
    std::unique_ptr<OpusEncoder, Free> encoder_;
};

} // namespace sumac::audio
