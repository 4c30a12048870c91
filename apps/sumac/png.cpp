#include "png.h"

#include "libav.h"
#include "pixels.h"

#include <fmt/core.h>

#include <span>

namespace sumac::tool {

namespace {

Failure png_failure(int error) {
    return {ErrorCode::system,
            fmt::format("cannot encode the picture as PNG: {}", libav_error(error)),
            ""};
}

} // namespace

Result<std::vector<std::byte>, Failure> encode_png(const PictureView& picture) {
    if (const auto loaded = load_libav(); !loaded) return loaded.error();
    const AVCodec* encoder = libav().avcodec_find_encoder(AV_CODEC_ID_PNG);
    if (encoder == nullptr) return png_failure(AVERROR_ENCODER_NOT_FOUND);
    const CodecPointer codec{libav().avcodec_alloc_context3(encoder)};
    codec->width = picture.size.width;
    codec->height = picture.size.height;
    codec->pix_fmt = AV_PIX_FMT_RGB24;
    codec->time_base = {1, 1};
    codec->thread_count = 1;
    if (const int error = libav().avcodec_open2(codec.get(), encoder, nullptr); error < 0) {
        return png_failure(error);
    }

    const FramePointer frame{av_frame_alloc()};
    frame->width = picture.size.width;
    frame->height = picture.size.height;
    frame->format = AV_PIX_FMT_RGB24;
    if (const int error = av_frame_get_buffer(frame.get(), 0); error < 0) return png_failure(error);
    copy_area(picture, {0, 0, picture.size.width, picture.size.height}, pixels_of(*frame));

    const PacketPointer packet{libav().av_packet_alloc()};
    int error = libav().avcodec_send_frame(codec.get(), frame.get());
    if (error >= 0) error = libav().avcodec_receive_packet(codec.get(), packet.get());
    if (error < 0) return png_failure(error);
    const auto file =
        std::as_bytes(std::span{packet->data, static_cast<std::size_t>(packet->size)});
    return std::vector<std::byte>{file.begin(), file.end()};
}

} // namespace sumac::tool
