#include "video/libav_decoder.h"

#include "base/check.h"
#include "video/av_picture.h"
#include "video/libavcodec.h"

#include <spice/enums.h>

#include <algorithm>
#include <new>

namespace sumac::video {
namespace {

/// Of a compressed frame: libavcodec counts in int.
constexpr std::size_t max_frame_bytes = std::size_t{1} << 30U;
/// SIMD code of libavcodec reads and writes so far past the last plane (its own allocator leaves
/// less).
constexpr std::size_t buffer_padding = 256;

AVCodecID id_of(std::uint8_t codec) {
    switch (codec) {
    case SPICE_VIDEO_CODEC_TYPE_VP8:
        return AV_CODEC_ID_VP8;
    case SPICE_VIDEO_CODEC_TYPE_VP9:
        return AV_CODEC_ID_VP9;
    case SPICE_VIDEO_CODEC_TYPE_H264:
        return AV_CODEC_ID_H264;
    case SPICE_VIDEO_CODEC_TYPE_H265:
        return AV_CODEC_ID_HEVC;
    default:
        return AV_CODEC_ID_NONE;
    }
}

bool has_nal_units(int id) {
    return id == AV_CODEC_ID_H264 || id == AV_CODEC_ID_HEVC;
}

/// Once a decoder has been opened.
const Libavcodec& libavcodec() {
    const Libavcodec* const loaded = Libavcodec::load();
    CHECK(loaded != nullptr);
    return *loaded;
}

/// libavcodec counts whole blocks and aligned rows.
std::int64_t pixels_to_allow(Size limit) {
    constexpr std::int64_t padding = 64;
    return std::min((limit.width + padding) * (limit.height + padding),
                    LibavDecoder::max_coded_pixels);
}

} // namespace

std::size_t count_nal_units(Bytes frame) {
    std::size_t count = 0;
    std::size_t i = 2;
    while (i < frame.size()) {
        // No start code ends here, or in the next two bytes, if this one is greater than 1.
        if (frame[i] > std::byte{1}) {
            i += 3;
        } else if (frame[i] == std::byte{0}) {
            ++i;
        } else {
            if (frame[i - 1] == std::byte{0} && frame[i - 2] == std::byte{0}) ++count;
            i += 3;
        }
    }
    return count;
}

void LibavDecoder::FreeContext::operator()(AVCodecContext* context) const {
    libavcodec().free_context(&context);
}
void LibavDecoder::FreePacket::operator()(AVPacket* packet) const {
    libavcodec().packet_free(&packet);
}

Result<std::unique_ptr<Decoder>> LibavDecoder::make(std::uint8_t codec, const DecoderParts& parts) {
    const AVCodecID id = id_of(codec);
    if (id == AV_CODEC_ID_NONE)
        return Error{ErrorCode::unsupported, "no decoder for this video codec"};
    return std::unique_ptr<Decoder>{new LibavDecoder{id, parts}}; // private
}

LibavDecoder::LibavDecoder(int id, const DecoderParts& parts) : id_(id), parts_(parts) {}

LibavDecoder::~LibavDecoder() = default;

Result<PicturePtr> LibavDecoder::decode(Bytes frame, Size limit) {
    if (frame.empty()) return Error{ErrorCode::truncated, "an empty frame"};
    if (frame.size() > max_frame_bytes) return Error{ErrorCode::limit, "a frame of a gigabyte"};
    if (has_nal_units(id_) && count_nal_units(frame) > max_nal_units)
        return Error{ErrorCode::limit, "a frame in too many slices"};
    if (!context_) {
        if (const auto opened = open(); !opened) return opened.error();
    }
    context_->max_pixels = pixels_to_allow(limit);
    auto decoded = run(frame);
    if (!decoded) return decoded.error();
    AVFrame& picture = **decoded;
    // VP8 can name BT.601 only, and servers' encoders do not care.
    if (id_ == AV_CODEC_ID_VP8) picture.colorspace = AVCOL_SPC_UNSPECIFIED;
    if (picture.width > limit.width || picture.height > limit.height)
        return Error{ErrorCode::limit, "picture is larger than its stream"};
    on_hardware_ = picture.hw_frames_ctx != nullptr;
    return picture_of(*std::move(decoded), *parts_.memory, parts_.form);
}

/// From scratch: after avcodec_flush_buffers the parameter sets of the stream before are still
/// there, and H.265 makes up the pictures that a frame is predicted from.
void LibavDecoder::restart() {
    context_.reset();
    on_hardware_.reset();
}

std::string LibavDecoder::made_by() const {
    if (!on_hardware_) return {};
    if (!parts_.hardware) return "libavcodec in software";
    const std::string& hardware = parts_.hardware->description();
    return *on_hardware_ ? hardware : "libavcodec in software, " + hardware;
}

/// On the thread that decodes: loading the library takes a while, and looking for hardware.
Result<Done> LibavDecoder::open() {
    const Libavcodec* const library = Libavcodec::load();
    const AVCodec* const codec =
        library != nullptr ? library->find_decoder(static_cast<AVCodecID>(id_)) : nullptr;
    if (codec == nullptr)
        return Error{ErrorCode::system, "this machine has no decoder for the video codec"};
    silence_libav();
    std::unique_ptr<AVCodecContext, FreeContext> context{library->alloc_context3(codec)};
    packet_.reset(library->packet_alloc());
    if (!context || !packet_) return Error{ErrorCode::limit, "no memory for a video decoder"};
    context->opaque = this;
    context->get_buffer2 = get_buffer;
    context->flags |= AV_CODEC_FLAG_LOW_DELAY;
    context->thread_count = 1; // streams are decoded beside each other, on the session's workers
    // Beyond every level, also where the application wants to hear of libav.
    context->log_level_offset = AV_LOG_MAX_OFFSET;
    AVBufferRef* const device = parts_.hardware ? parts_.hardware->device() : nullptr;
    // libavcodec then decodes there what the device can decode, and in software what it cannot.
    if (device != nullptr) context->hw_device_ctx = av_buffer_ref(device);
    if (library->open2(context.get(), codec, nullptr) < 0)
        return Error{ErrorCode::system, "the video decoder does not start"};
    context_ = std::move(context);
    return Done{};
}

/// The newest picture that comes out when `frame` goes in.
Result<std::shared_ptr<AVFrame>> LibavDecoder::run(Bytes frame) {
    pictures_begun_ = 0;
    // Borrowed: libavcodec copies what has no owner, with the padding that it reads beyond the end.
    packet_->data = const_cast<std::uint8_t*>(
        static_cast<const std::uint8_t*>(static_cast<const void*>(frame.data())));
    packet_->size = static_cast<int>(frame.size());
    int status = libavcodec().send_packet(context_.get(), packet_.get());
    std::shared_ptr<AVFrame> newest = receive();
    if (status == AVERROR(EAGAIN)) { // what an earlier, damaged frame left in there is out now
        status = libavcodec().send_packet(context_.get(), packet_.get());
        newest = receive();
    }
    libavcodec().packet_unref(packet_.get());
    if (newest) return newest;
    if (status == AVERROR(ENOMEM)) return Error{ErrorCode::limit, "no memory left for pictures"};
    return Error{ErrorCode::invalid, "a frame without a picture"};
}

/// Takes out all that there is; null if nothing.
std::shared_ptr<AVFrame> LibavDecoder::receive() {
    std::shared_ptr<AVFrame> newest;
    for (int i = 0; i <= max_pictures_per_frame; ++i) {
        std::shared_ptr<AVFrame> frame{av_frame_alloc(), FreeFrame{}};
        if (!frame) throw std::bad_alloc{};
        const int status = libavcodec().receive_frame(context_.get(), frame.get());
        if (status == AVERROR(EAGAIN) || status == AVERROR_EOF) break;
        if (status >= 0) newest = std::move(frame);
    }
    return newest;
}

int LibavDecoder::get_buffer(AVCodecContext* context, AVFrame* frame, int flags) {
    auto& self = *static_cast<LibavDecoder*>(context->opaque);
    if (++self.pictures_begun_ > max_pictures_per_frame) return AVERROR_INVALIDDATA;
    const bool on_hardware = context->hw_frames_ctx != nullptr;
    if (on_hardware) return libavcodec().default_get_buffer2(context, frame, flags);
    try {
        return self.provide(*frame);
    } catch (const std::bad_alloc&) { // must not fly through C
        return AVERROR(ENOMEM);
    }
}

/// Memory for the picture that `frame` describes.
int LibavDecoder::provide(AVFrame& frame) {
    const auto format = static_cast<AVPixelFormat>(frame.format);
    int width = frame.width;
    int height = frame.height;
    int alignments[AV_NUM_DATA_POINTERS] = {};
    libavcodec().align_dimensions2(context_.get(), &width, &height, alignments);
    constexpr auto alignment = static_cast<int>(simd_alignment);
    const int size = av_image_get_buffer_size(format, width, height, alignment);
    if (size < 0) return size;

    const std::size_t size_bytes = static_cast<std::size_t>(size) + buffer_padding;
    auto owner = std::make_unique<PictureMemory::Buffer>(parts_.memory->take(size_bytes));
    if (!*owner) return AVERROR(ENOMEM);
    auto* const memory = static_cast<std::uint8_t*>(static_cast<void*>(owner->get()));
    const auto give_back = [](void* opaque, std::uint8_t*) {
        const std::unique_ptr<PictureMemory::Buffer> last{
            static_cast<PictureMemory::Buffer*>(opaque)};
    };
    frame.buf[0] = av_buffer_create(memory, size_bytes, give_back, owner.get(), 0);
    if (frame.buf[0] == nullptr) return AVERROR(ENOMEM);
    static_cast<void>(owner.release()); // the AVBuffer's from here on
    frame.extended_data = frame.data;
    return std::min(
        av_image_fill_arrays(frame.data, frame.linesize, memory, format, width, height, alignment),
        0);
}

} // namespace sumac::video
