#include "image/jpeg.h"

#include "image/lz.h"

#include <turbojpeg.h>

#include <cstring>
#include <type_traits>

namespace sumac::image {

namespace {

struct Destroy {
    void operator()(void* handle) const { tjDestroy(handle); }
};
using Handle = std::unique_ptr<void, Destroy>;
static_assert(std::is_same_v<tjhandle, void*>);

Result<Done> check_header(tjhandle handle, Bytes data, Size size) {
    int width = 0;
    int height = 0;
    int subsampling = 0;
    int colorspace = 0;
    if (tjDecompressHeader3(handle,
                            reinterpret_cast<const unsigned char*>(data.data()),
                            data.size(),
                            &width,
                            &height,
                            &subsampling,
                            &colorspace) != 0)
        return Error{ErrorCode::invalid, "jpeg: not a JPEG header"};
    if (Size{width, height} != size)
        return Error{ErrorCode::invalid, "jpeg: size differs from its descriptor"};
    return Done{};
}

Result<Pixels> decode(Bytes data, Size size, PixelFormat format, TJPF order) {
    const Handle handle{tjInitDecompress()};
    if (!handle) return Error{ErrorCode::system, "jpeg: cannot be initialised"};
    const Result<Done> header = check_header(handle.get(), data, size);
    if (!header) return header.error();
    Result<Pixels> pixels = Pixels::allocate(format, size);
    if (!pixels) return pixels;
    // After a warning, TurboJPEG calls an error that comes before the first row a warning, too: it
    // must not show what the memory held.
    std::memset(pixels->row(0), 0, pixels->size_bytes());
    // LIMITSCANS: a progressive file of a thousand empty scans would keep a worker for minutes.
    const int decoded = tjDecompress2(handle.get(),
                                      reinterpret_cast<const unsigned char*>(data.data()),
                                      data.size(),
                                      units_of<unsigned char>(*pixels),
                                      size.width,
                                      static_cast<int>(pixels->stride_bytes()),
                                      size.height,
                                      order,
                                      TJFLAG_LIMITSCANS);
    if (decoded != 0 && tjGetErrorCode(handle.get()) == TJERR_FATAL)
        return Error{ErrorCode::invalid, "jpeg: damaged"};
    pixels->mark_lossy();
    return pixels;
}

} // namespace

Result<Pixels> decode_jpeg(Bytes data, Size size) {
    return decode(data, size, PixelFormat::bgrx32, TJPF_BGRX);
}

Result<Pixels> decode_jpeg_alpha(Bytes jpeg, Bytes alpha, Size size) {
    Result<Pixels> pixels = decode(jpeg, size, PixelFormat::bgra32, TJPF_BGRA);
    if (!pixels) return pixels;
    const Result<Pixels> coverage = decode_lz_alpha(alpha, size);
    if (!coverage) return coverage.error();
    const auto width = static_cast<std::size_t>(size.width);
    for (std::int32_t y = 0; y < size.height; ++y) {
        const std::byte* from = coverage->row(y);
        std::byte* to = pixels->row(y);
        for (std::size_t x = 0; x < width; ++x)
            to[4 * x + 3] = from[x];
    }
    return pixels;
}

} // namespace sumac::image
