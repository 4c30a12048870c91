/// Encodes a moving picture as a server does: one frame out for each picture in.
#pragma once

#include "base/check.h"
#include "video/libav.h"
#include <sumac/planes.h>

#include <spice/enums.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sumac::video {

using Frame = std::vector<std::byte>;

/// What picture `number` of the clip holds in its plane `plane`.
inline int sample(int number, std::size_t plane, int x, int y) {
    const double shifted = x + 3.0 * number;
    switch (plane) {
    case 0:
        return static_cast<int>(std::lround(126 + 90 * std::sin(shifted / 9) * std::cos(y / 11.0)));
    case 1:
        return static_cast<int>(std::lround(128 + 60 * std::sin(y / 13.0 + number)));
    default:
        return static_cast<int>(std::lround(128 + 60 * std::cos(shifted / 15)));
    }
}

/// Mean difference between the planes and what picture `number` held.
inline double error_of(const PlanarView& view, int number) {
    double sum = 0;
    double count = 0;
    for (std::size_t plane = 0; plane < 3; ++plane) {
        const Size size = view.plane_size(plane);
        for (int y = 0; y < size.height; ++y) {
            for (int x = 0; x < size.width; ++x) {
                const std::byte decoded =
                    view.planes[plane].data[y * view.planes[plane].stride_bytes + x];
                sum += std::abs(std::to_integer<int>(decoded) - sample(number, plane, x, y));
                ++count;
            }
        }
    }
    return sum / count;
}

class Encoder {
public:
    Encoder(std::uint8_t codec, Size size, AVPixelFormat format = AV_PIX_FMT_YUV420P) {
        silence_libav();
        const char* name = name_of(codec);
        context_.reset(avcodec_alloc_context3(avcodec_find_encoder_by_name(name)));
        context_->width = size.width;
        context_->height = size.height;
        context_->pix_fmt = format;
        context_->time_base = {1, 30};
        context_->bit_rate = 4'000'000;
        context_->gop_size = 250;
        context_->max_b_frames = 0;
        context_->thread_count = 1;
        AVDictionary* options = nullptr;
        const std::string word = name;
        if (word.starts_with("libvpx")) {
            av_dict_set(&options, "deadline", "realtime", 0);
            av_dict_set(&options, "lag-in-frames", "0", 0);
            av_dict_set(&options, "cpu-used", "8", 0);
        } else {
            av_dict_set(&options, "preset", "ultrafast", 0);
            av_dict_set(&options, "tune", "zerolatency", 0);
            av_dict_set(&options, "forced-idr", "1", 0);
            if (word == "libx265") av_dict_set(&options, "x265-params", "log-level=none", 0);
        }
        CHECK(avcodec_open2(context_.get(), context_->codec, &options) == 0);
        av_dict_free(&options);
    }

    Frame encode(int number, bool key = false) {
        const std::unique_ptr<AVFrame, FreeFrame> picture{av_frame_alloc()};
        picture->format = context_->pix_fmt;
        picture->width = context_->width;
        picture->height = context_->height;
        picture->pts = next_++;
        picture->pict_type = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
        CHECK(av_frame_get_buffer(picture.get(), 0) == 0);
        PlanarView view;
        view.format = context_->pix_fmt == AV_PIX_FMT_YUV444P   ? PlanarFormat::yuv444
                      : context_->pix_fmt == AV_PIX_FMT_YUV422P ? PlanarFormat::yuv422
                                                                : PlanarFormat::yuv420;
        view.size = {context_->width, context_->height};
        for (std::size_t plane = 0; plane < 3; ++plane) {
            const Size size = view.plane_size(plane);
            for (int y = 0; y < size.height; ++y) {
                for (int x = 0; x < size.width; ++x) {
                    picture->data[plane][y * picture->linesize[plane] + x] =
                        static_cast<std::uint8_t>(sample(number, plane, x, y));
                }
            }
        }
        CHECK(avcodec_send_frame(context_.get(), picture.get()) == 0);
        AVPacket* packet = av_packet_alloc();
        CHECK(avcodec_receive_packet(context_.get(), packet) == 0);
        const auto* data = static_cast<const std::byte*>(static_cast<const void*>(packet->data));
        Frame frame{data, data + packet->size};
        av_packet_free(&packet);
        return frame;
    }

private:
    struct Free {
        void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
    };
    static const char* name_of(std::uint8_t codec) {
        switch (codec) {
        case SPICE_VIDEO_CODEC_TYPE_VP8:
            return "libvpx";
        case SPICE_VIDEO_CODEC_TYPE_VP9:
            return "libvpx-vp9";
        case SPICE_VIDEO_CODEC_TYPE_H264:
            return "libx264";
        default:
            return "libx265";
        }
    }

    std::unique_ptr<AVCodecContext, Free> context_;
    std::int64_t next_ = 0;
};

} // namespace sumac::video
