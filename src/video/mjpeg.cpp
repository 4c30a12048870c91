#include "video/mjpeg.h"

#include "base/check.h"
#include "video/colour.h"

#include <turbojpeg.h>

namespace sumac::video {
namespace {

/// A progressive file of a thousand empty scans would keep a worker for minutes.
constexpr int decoding_flags = TJFLAG_LIMITSCANS;

const unsigned char* data_of(Bytes frame) {
    return static_cast<const unsigned char*>(static_cast<const void*>(frame.data()));
}
unsigned char* samples(std::byte* bytes) {
    return static_cast<unsigned char*>(static_cast<void*>(bytes));
}

Error no_memory() {
    return {ErrorCode::limit, "mjpeg: no memory left for pictures"};
}

std::optional<PlanarFormat> planar_format(int subsampling, int colorspace) {
    if (colorspace != TJCS_YCbCr) return std::nullopt;
    switch (subsampling) {
    case TJSAMP_420:
        return PlanarFormat::yuv420;
    case TJSAMP_422:
        return PlanarFormat::yuv422;
    case TJSAMP_444:
        return PlanarFormat::yuv444;
    default:
        return std::nullopt;
    }
}

} // namespace

struct MjpegDecoder::Header {
    Size size;
    std::optional<PlanarFormat> planes; ///< if the picture has them
};

MjpegDecoder::MjpegDecoder(const DecoderParts& parts)
    : memory_(parts.memory), form_(parts.form), handle_(tjInitDecompress()) {
    CHECK(handle_ != nullptr);
}
MjpegDecoder::~MjpegDecoder() {
    tjDestroy(handle_);
}

Result<PicturePtr> MjpegDecoder::decode(Bytes frame, Size limit) {
    const Result<Header> header = read_header(frame);
    if (!header) return header.error();
    const Size size = header->size;
    if (size.width <= 0 || size.height <= 0) // a file of tables alone
        return Error{ErrorCode::invalid, "mjpeg: no picture"};
    if (size.width > limit.width || size.height > limit.height)
        return Error{ErrorCode::limit, "mjpeg: picture is larger than its stream"};
    if (form_ == PictureForm::planes && header->planes)
        return decode_planes(frame, size, *header->planes);
    return decode_pixels(frame, size);
}

Result<MjpegDecoder::Header> MjpegDecoder::read_header(Bytes frame) {
    Header header;
    int subsampling = 0;
    int colorspace = 0;
    if (tjDecompressHeader3(handle_,
                            data_of(frame),
                            frame.size(),
                            &header.size.width,
                            &header.size.height,
                            &subsampling,
                            &colorspace) != 0) {
        return Error{ErrorCode::invalid, "mjpeg: not a JPEG header"};
    }
    header.planes = planar_format(subsampling, colorspace);
    return header;
}

Result<PicturePtr> MjpegDecoder::decode_pixels(Bytes frame, Size size) {
    const std::ptrdiff_t stride = std::ptrdiff_t{size.width} * 4;
    const auto size_bytes = static_cast<std::size_t>(stride * size.height);
    const auto memory = memory_->take(size_bytes);
    if (!memory) return no_memory();
    const int status = tjDecompress2(handle_,
                                     data_of(frame),
                                     frame.size(),
                                     samples(memory.get()),
                                     size.width,
                                     static_cast<int>(stride),
                                     size.height,
                                     TJPF_BGRX,
                                     decoding_flags);
    if (damaged(status)) return Error{ErrorCode::invalid, "mjpeg: damaged frame"};
    return PicturePtr{std::make_shared<Picture>(
        Picture{PictureView{memory.get(), size, stride}, memory, size_bytes})};
}

Result<PicturePtr> MjpegDecoder::decode_planes(Bytes frame, Size size, PlanarFormat format) {
    const PlaneLayout layout = layout_of(format, size);
    const auto memory = memory_->take(layout.size_bytes);
    if (!memory) return no_memory();
    std::array<unsigned char*, 3> planes{};
    std::array<int, 3> strides{};
    for (std::size_t i = 0; i < planes.size(); ++i) {
        planes[i] = samples(memory.get() + layout.offsets[i]);
        strides[i] = static_cast<int>(layout.strides[i]);
    }
    const int status = tjDecompressToYUVPlanes(handle_,
                                               data_of(frame),
                                               frame.size(),
                                               planes.data(),
                                               size.width,
                                               strides.data(),
                                               size.height,
                                               decoding_flags);
    if (damaged(status)) return Error{ErrorCode::invalid, "mjpeg: damaged frame"};
    // JFIF knows one matrix and one range.
    const PlanarView view{
        format, ColourMatrix::bt601, ColourRange::full, size, planes_in(memory.get(), layout)};
    return PicturePtr{std::make_shared<Picture>(Picture{view, memory, layout.size_bytes})};
}

/// A truncated or damaged scan is a warning: the rows that did arrive are better than no picture.
bool MjpegDecoder::damaged(int status) {
    return status != 0 && tjGetErrorCode(handle_) == TJERR_FATAL;
}

} // namespace sumac::video
