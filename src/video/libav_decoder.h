/// VP8, VP9, H.264 and H.265, through FFmpeg's libavcodec: by the machine's hardware where it has
/// some and the stream suits it, in software otherwise.
///
/// Low delay: the picture of a frame comes out before the next frame goes in, unless the stream
/// itself reorders its frames. What the bytes can cost is bounded: the size of pictures by the
/// stream's own and by `max_coded_pixels`, their memory by PictureMemory, the work for one frame by
/// the pictures and slices that it may begin.
#pragma once

#include "video/decoder.h"

#include <optional>

struct AVCodecContext;
struct AVFrame;
struct AVPacket;

namespace sumac::video {

class LibavDecoder final : public Decoder {
public:
    /// Unsupported if `codec` (SPICE_VIDEO_CODEC_TYPE_*) is another one. Whether the libavcodec of
    /// this machine decodes it shows with the first frame: it is loaded then.
    static Result<std::unique_ptr<Decoder>> make(std::uint8_t codec, const DecoderParts& parts);
    ~LibavDecoder() override;
    LibavDecoder(const LibavDecoder&) = delete;
    LibavDecoder& operator=(const LibavDecoder&) = delete;

    Result<PicturePtr> decode(Bytes frame, Size limit) override;
    void restart() override;
    std::string made_by() const override;

    /// 8192x4352, the largest picture of the highest level of H.264 and H.265. Beside the pictures
    /// themselves libavcodec needs about a byte for two of their pixels.
    static constexpr std::int64_t max_coded_pixels = std::int64_t{8192} * 4352;
    /// Pictures that one frame may begin: eight in a superframe of VP9.
    static constexpr int max_pictures_per_frame = 8;
    /// NAL units in a frame of H.264 or H.265. Servers make one slice per core; an 8K picture in
    /// slices of a network packet each has 700. Without a bound a megabyte of slices that all claim
    /// the whole picture would keep a worker for minutes.
    static constexpr std::size_t max_nal_units = 1000;

private:
    struct FreeContext {
        void operator()(AVCodecContext* context) const;
    };
    struct FreePacket {
        void operator()(AVPacket* packet) const;
    };

    LibavDecoder(int id, const DecoderParts& parts);
    Result<Done> open();
    Result<std::shared_ptr<AVFrame>> run(Bytes frame);
    std::shared_ptr<AVFrame> receive();
    static int get_buffer(AVCodecContext* context, AVFrame* frame, int flags);
    int provide(AVFrame& frame);

    const int id_; ///< AV_CODEC_ID_*
    DecoderParts parts_;
    std::unique_ptr<AVCodecContext, FreeContext> context_; ///< null before the first frame
    std::unique_ptr<AVPacket, FreePacket> packet_;
    int pictures_begun_ = 0;          ///< by the frame of the moment
    std::optional<bool> on_hardware_; ///< the last picture
};

/// How many NAL units begin in `frame` (start codes 00 00 01).
std::size_t count_nal_units(Bytes frame);

} // namespace sumac::video
