#include "video/av_picture.h"

#include "video/colour.h"
#include "video/libav.h"

#include <optional>

namespace sumac::video {
namespace {

Error no_memory() {
    return {ErrorCode::limit, "no memory left for pictures"};
}

std::optional<PlanarFormat> planar_format(int format) {
    switch (format) {
    case AV_PIX_FMT_YUV420P:
    case AV_PIX_FMT_YUVJ420P:
        return PlanarFormat::yuv420;
    case AV_PIX_FMT_YUV422P:
    case AV_PIX_FMT_YUVJ422P:
        return PlanarFormat::yuv422;
    case AV_PIX_FMT_YUV444P:
    case AV_PIX_FMT_YUVJ444P:
        return PlanarFormat::yuv444;
    default:
        return std::nullopt;
    }
}

ColourMatrix matrix_of(const AVFrame& frame) {
    switch (frame.colorspace) {
    case AVCOL_SPC_BT709:
        return ColourMatrix::bt709;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
        return ColourMatrix::bt2020;
    case AVCOL_SPC_UNSPECIFIED: // servers encode with GStreamer, which goes by the height
        return frame.height > 576 ? ColourMatrix::bt709 : ColourMatrix::bt601;
    default:
        return ColourMatrix::bt601;
    }
}

ColourRange range_of(const AVFrame& frame) {
    const bool full = frame.color_range == AVCOL_RANGE_JPEG ||
                      frame.format == AV_PIX_FMT_YUVJ420P || frame.format == AV_PIX_FMT_YUVJ422P ||
                      frame.format == AV_PIX_FMT_YUVJ444P;
    return full ? ColourRange::full : ColourRange::limited;
}

Plane plane_of(const AVFrame& frame, std::size_t index) {
    return {static_cast<const std::byte*>(static_cast<const void*>(frame.data[index])),
            frame.linesize[index]};
}

PlanarView view_of(const AVFrame& frame, PlanarFormat format) {
    return {format,
            matrix_of(frame),
            range_of(frame),
            {frame.width, frame.height},
            {plane_of(frame, 0), plane_of(frame, 1), plane_of(frame, 2)}};
}

Result<std::shared_ptr<AVFrame>> fetched_from_hardware(const AVFrame& frame) {
    std::shared_ptr<AVFrame> fetched{av_frame_alloc(), FreeFrame{}};
    if (!fetched || av_hwframe_transfer_data(fetched.get(), &frame, 0) < 0)
        return Error{ErrorCode::system, "the hardware does not hand out its picture"};
    av_frame_copy_props(fetched.get(), &frame);
    fetched->width = frame.width; // without the padding of the hardware's surface
    fetched->height = frame.height;
    return fetched;
}

Result<Picture> picture_of_nv12(const AVFrame& frame, PictureMemory& memory) {
    const Size size{frame.width, frame.height};
    const PlaneLayout layout = layout_of(PlanarFormat::yuv420, size);
    const auto buffer = memory.take(layout.size_bytes);
    if (!buffer) return no_memory();
    from_nv12(plane_of(frame, 0), plane_of(frame, 1), size, buffer.get());
    PlanarView view = view_of(frame, PlanarFormat::yuv420);
    view.planes = planes_in(buffer.get(), layout);
    return Picture{view, buffer, layout.size_bytes};
}

Result<Picture> planar_picture(std::shared_ptr<AVFrame> frame, PictureMemory& memory) {
    if (frame->format == AV_PIX_FMT_NV12) return picture_of_nv12(*frame, memory);
    const auto format = planar_format(frame->format);
    if (!format || frame->colorspace == AVCOL_SPC_YCGCO)
        return Error{ErrorCode::unsupported, "pictures of a kind that no server makes"};
    const PlanarView view = view_of(*frame, *format);
    std::size_t size_bytes = 0;
    for (std::size_t i = 0; i < view.planes.size(); ++i) {
        size_bytes += static_cast<std::size_t>(view.planes[i].stride_bytes) *
                      static_cast<std::size_t>(view.plane_size(i).height);
    }
    return Picture{view, std::move(frame), size_bytes};
}

Result<Picture> in_pixels(const PlanarView& planes, PictureMemory& memory) {
    const std::ptrdiff_t stride = std::ptrdiff_t{planes.size.width} * 4;
    const auto size_bytes = static_cast<std::size_t>(stride * planes.size.height);
    const auto buffer = memory.take(size_bytes);
    if (!buffer) return no_memory();
    to_bgrx(planes, buffer.get(), stride);
    return Picture{PictureView{buffer.get(), planes.size, stride}, buffer, size_bytes};
}

} // namespace

Result<PicturePtr>
picture_of(std::shared_ptr<AVFrame> frame, PictureMemory& memory, PictureForm form) {
    if (frame->hw_frames_ctx != nullptr) {
        auto fetched = fetched_from_hardware(*frame);
        if (!fetched) return fetched.error();
        frame = *std::move(fetched);
    }
    Result<Picture> picture = planar_picture(std::move(frame), memory);
    if (picture && form == PictureForm::pixels)
        picture = in_pixels(std::get<PlanarView>(picture->content), memory);
    if (!picture) return picture.error();
    return PicturePtr{std::make_shared<Picture>(*std::move(picture))};
}

} // namespace sumac::video
