#include "read_video.h"

#include <gtest/gtest.h>

namespace sumac::tool {

namespace {

/// As main does: the encoders' chatter would hide what a failing test says.
struct QuietLibav : testing::Environment {
    void SetUp() override { av_log_set_level(AV_LOG_QUIET); }
};
const auto* const quiet_libav =
    testing::AddGlobalTestEnvironment(new QuietLibav) /* googletest owns it */;

struct CloseInput {
    void operator()(AVFormatContext* input) const { avformat_close_input(&input); }
};
using InputPointer = std::unique_ptr<AVFormatContext, CloseInput>;

// Bytes of one pixel in memory order, by format.
std::uint32_t pixel_at(const AVFrame& frame, int x, int y) {
    const auto byte = [&](int plane, int step, int offset) {
        return std::uint32_t{frame.data[plane][y * frame.linesize[plane] + x * step + offset]};
    };
    switch (frame.format) {
    case AV_PIX_FMT_GBRP:
        return byte(2, 1, 0) << 16 | byte(0, 1, 0) << 8 | byte(1, 1, 0);
    case AV_PIX_FMT_BGR0:
        return byte(0, 4, 2) << 16 | byte(0, 4, 1) << 8 | byte(0, 4, 0);
    case AV_PIX_FMT_BGR24:
        return byte(0, 3, 2) << 16 | byte(0, 3, 1) << 8 | byte(0, 3, 0);
    case AV_PIX_FMT_RGB24:
        return byte(0, 3, 0) << 16 | byte(0, 3, 1) << 8 | byte(0, 3, 2);
    default:
        return 0xFFFFFFFF;
    }
}

ReadPicture to_picture(const AVFrame& frame) {
    ReadPicture picture{frame.pts, {frame.width, frame.height}, {}};
    for (int y = 0; y < frame.height; ++y) {
        for (int x = 0; x < frame.width; ++x)
            picture.pixels.push_back(pixel_at(frame, x, y));
    }
    return picture;
}

/// A null packet drains the decoder.
void decode(AVCodecContext& decoder, const AVPacket* packet, std::vector<ReadPicture>& pictures) {
    const FramePointer frame{av_frame_alloc()};
    avcodec_send_packet(&decoder, packet);
    while (avcodec_receive_frame(&decoder, frame.get()) >= 0)
        pictures.push_back(to_picture(*frame));
}

} // namespace

ReadVideo read_video(const std::string& path) {
    AVFormatContext* opened = nullptr;
    if (avformat_open_input(&opened, path.c_str(), nullptr, nullptr) < 0) return {};
    const InputPointer input{opened};
    const AVCodecParameters* parameters = input->streams[0]->codecpar;
    const AVCodec* codec = avcodec_find_decoder(parameters->codec_id);
    const CodecPointer decoder{avcodec_alloc_context3(codec)};
    avcodec_parameters_to_context(decoder.get(), parameters);
    decoder->pkt_timebase = input->streams[0]->time_base;
    if (avcodec_open2(decoder.get(), codec, nullptr) < 0) return {};

    ReadVideo video;
    const PacketPointer packet{av_packet_alloc()};
    while (av_read_frame(input.get(), packet.get()) >= 0) {
        decode(*decoder, packet.get(), video.pictures);
        av_packet_unref(packet.get());
    }
    decode(*decoder, nullptr, video.pictures);
    video.duration_ms = input->duration / (AV_TIME_BASE / 1000);
    const AVDictionaryEntry* tag = av_dict_get(input->metadata, "SUMAC_START_US", nullptr, 0);
    if (tag != nullptr) video.start_us = tag->value;
    return video;
}

ReadPicture read_png(std::span<const std::byte> file) {
    const AVCodec* codec = avcodec_find_decoder(AV_CODEC_ID_PNG);
    const CodecPointer decoder{avcodec_alloc_context3(codec)};
    if (avcodec_open2(decoder.get(), codec, nullptr) < 0) return {};
    const PacketPointer packet{av_packet_alloc()};
    av_new_packet(packet.get(), static_cast<int>(file.size()));
    std::copy(file.begin(),
              file.end(),
              std::as_writable_bytes(std::span{packet->data, file.size()}).begin());
    std::vector<ReadPicture> pictures;
    decode(*decoder, packet.get(), pictures);
    return pictures.empty() ? ReadPicture{} : pictures.front();
}

} // namespace sumac::tool
