#include "video/mjpeg.h"

#include "base/check.h"

#include <turbojpeg.h>

namespace sumac::video {

MjpegDecoder::MjpegDecoder() : handle_(tjInitDecompress()) {
    CHECK(handle_ != nullptr);
}
MjpegDecoder::~MjpegDecoder() {
    tjDestroy(handle_);
}

Result<PicturePtr> MjpegDecoder::decode(Bytes frame, Size limit) {
    const auto* data = reinterpret_cast<const unsigned char*>(frame.data());
    int width = 0;
    int height = 0;
    int subsampling = 0;
    int colorspace = 0;
    if (tjDecompressHeader3(
            handle_, data, frame.size(), &width, &height, &subsampling, &colorspace) != 0) {
        return Error{ErrorCode::invalid, "mjpeg: not a JPEG header"};
    }
    if (width > limit.width || height > limit.height) {
        return Error{ErrorCode::limit, "mjpeg: picture is larger than its stream"};
    }

    auto picture = std::make_shared<Picture>();
    picture->size = {width, height};
    picture->pixels.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 4);
    auto* pixels = reinterpret_cast<unsigned char*>(picture->pixels.data());
    // LIMITSCANS: a progressive file of a thousand empty scans would keep a worker for minutes.
    // A truncated or damaged scan is a warning: the rows that did arrive are better than no
    // picture.
    const int decoded = tjDecompress2(handle_,
                                      data,
                                      frame.size(),
                                      pixels,
                                      width,
                                      width * 4,
                                      height,
                                      TJPF_BGRX,
                                      TJFLAG_LIMITSCANS);
    if (decoded != 0 && tjGetErrorCode(handle_) == TJERR_FATAL)
        return Error{ErrorCode::invalid, "mjpeg: damaged frame"};
    return PicturePtr{std::move(picture)};
}

} // namespace sumac::video
