#include "wire/display.h"

#include "base/writer.h"
#include "wire/display_draw.h"

#include <spice/enums.h>

namespace sumac::wire {

namespace {

constexpr std::size_t inval_entry_size = 9;
constexpr std::size_t head_size = 28;

/// u32 x_res, u32 y_res, u32 bits.
DisplayMode read_mode(Reader& r) {
    DisplayMode mode;
    mode.width = r.u32();
    mode.height = r.u32();
    mode.bits = r.u32();
    return mode;
}

CopyBits read_copy_bits(Reader& r) {
    CopyBits copy;
    copy.base = read_draw_base(r);
    copy.src_pos = read_point(r);
    return copy;
}

/// u16 n, n * {u8 type, u64 id}.
InvalList read_inval_list(Reader& r) {
    InvalList list;
    const std::uint16_t count = r.u16();
    if (count > r.left() / inval_entry_size) r.fail(ErrorCode::truncated, "entries are missing");
    for (std::uint16_t i = 0; i < count && !r.failed(); ++i) {
        const std::uint8_t type = r.u8();
        const ImageId id{r.u64()};
        if (type == SPICE_RES_TYPE_PIXMAP) list.pixmaps.push_back(id);
    }
    return list;
}

/// u32 surface, u32 stream, u8 flags, u8 codec, u64 stamp, u32 stream width and height, u32 source
/// width and height, Rect dest, Clip.
StreamCreate read_stream_create(Reader& r) {
    StreamCreate stream;
    stream.surface = SurfaceId{r.u32()};
    stream.id = StreamId{r.u32()};
    stream.top_down = (r.u8() & SPICE_STREAM_FLAGS_TOP_DOWN) != 0;
    stream.codec = r.u8();
    r.skip(sizeof(std::uint64_t)); // the stamp of the first frame; nobody uses it
    stream.stream_width = r.u32();
    stream.stream_height = r.u32();
    stream.src_width = r.u32();
    stream.src_height = r.u32();
    stream.dest = read_rect(r);
    stream.clip = read_clip(r);
    return stream;
}

/// u32 stream, u32 mm_time, u32 size, bytes.
StreamData read_stream_data(Reader& r) {
    StreamData frame;
    frame.id = StreamId{r.u32()};
    frame.mm_time = r.u32();
    frame.data = r.bytes(r.u32());
    return frame;
}

/// u32 stream, u32 mm_time, u32 width, u32 height, Rect dest, u32 size, bytes.
StreamDataSized read_stream_data_sized(Reader& r) {
    StreamDataSized frame;
    frame.id = StreamId{r.u32()};
    frame.mm_time = r.u32();
    frame.width = r.u32();
    frame.height = r.u32();
    frame.dest = read_rect(r);
    frame.data = r.bytes(r.u32());
    return frame;
}

StreamClip read_stream_clip(Reader& r) {
    StreamClip clip;
    clip.id = StreamId{r.u32()};
    clip.clip = read_clip(r);
    return clip;
}

/// u32 stream, u32 unique_id, u32 max_window_size, u32 timeout.
StreamActivateReport read_stream_activate_report(Reader& r) {
    StreamActivateReport report;
    report.id = StreamId{r.u32()};
    report.unique_id = r.u32();
    report.max_window_size = r.u32();
    report.timeout_ms = r.u32();
    return report;
}

/// u32 id, u32 width, u32 height, u32 format, u32 flags.
SurfaceCreate read_surface_create(Reader& r) {
    SurfaceCreate surface;
    surface.id = SurfaceId{r.u32()};
    surface.width = r.u32();
    surface.height = r.u32();
    surface.format = r.u32();
    surface.flags = r.u32();
    return surface;
}

/// u32 monitor, u32 surface, u32 width, u32 height, u32 x, u32 y, u32 flags.
Head read_head(Reader& r) {
    Head head;
    head.monitor_id = r.u32();
    head.surface = SurfaceId{r.u32()};
    head.width = r.u32();
    head.height = r.u32();
    head.x = r.u32();
    head.y = r.u32();
    head.flags = r.u32();
    return head;
}

/// u16 count, u16 max_allowed, count * head.
MonitorsConfig read_monitors_config(Reader& r) {
    MonitorsConfig config;
    const std::uint16_t count = r.u16();
    config.max_allowed = r.u16();
    if (count > r.left() / head_size) r.fail(ErrorCode::truncated, "heads are missing");
    for (std::uint16_t i = 0; i < count && !r.failed(); ++i)
        config.heads.push_back(read_head(r));
    return config;
}

DisplayMessage read_stream_message(std::uint16_t type, Reader& r) {
    switch (type) {
    case SPICE_MSG_DISPLAY_STREAM_CREATE:
        return read_stream_create(r);
    case SPICE_MSG_DISPLAY_STREAM_DATA:
        return read_stream_data(r);
    case SPICE_MSG_DISPLAY_STREAM_DATA_SIZED:
        return read_stream_data_sized(r);
    case SPICE_MSG_DISPLAY_STREAM_CLIP:
        return read_stream_clip(r);
    case SPICE_MSG_DISPLAY_STREAM_DESTROY:
        return StreamDestroy{StreamId{r.u32()}};
    case SPICE_MSG_DISPLAY_STREAM_DESTROY_ALL:
        return StreamDestroyAll{};
    case SPICE_MSG_DISPLAY_STREAM_ACTIVATE_REPORT:
        return read_stream_activate_report(r);
    default:
        return read_draw_message(type, r);
    }
}

DisplayMessage read_display_message(std::uint16_t type, Reader& r) {
    switch (type) {
    case SPICE_MSG_DISPLAY_MODE:
        return read_mode(r);
    case SPICE_MSG_DISPLAY_MARK:
        return DisplayMark{};
    case SPICE_MSG_DISPLAY_RESET:
        return DisplayReset{};
    case SPICE_MSG_DISPLAY_COPY_BITS:
        return read_copy_bits(r);
    case SPICE_MSG_DISPLAY_INVAL_LIST:
        return read_inval_list(r);
    case SPICE_MSG_DISPLAY_INVAL_ALL_PIXMAPS:
        return InvalAllPixmaps{read_wait_list(r)};
    case SPICE_MSG_DISPLAY_INVAL_PALETTE:
        return InvalPalette{PaletteId{r.u64()}};
    case SPICE_MSG_DISPLAY_INVAL_ALL_PALETTES:
        return InvalAllPalettes{};
    case SPICE_MSG_DISPLAY_SURFACE_CREATE:
        return read_surface_create(r);
    case SPICE_MSG_DISPLAY_SURFACE_DESTROY:
        return SurfaceDestroy{SurfaceId{r.u32()}};
    case SPICE_MSG_DISPLAY_MONITORS_CONFIG:
        return read_monitors_config(r);
    default:
        return read_stream_message(type, r);
    }
}

} // namespace

Result<DisplayMessage> parse_display_message(std::uint16_t type, Bytes body) {
    Reader r{body};
    DisplayMessage message = read_display_message(type, r);
    return r.finish(std::move(message));
}

std::vector<std::byte> encode(const DisplayInit& init) {
    Writer w;
    w.u8(init.pixmap_cache_id);
    w.u64(static_cast<std::uint64_t>(init.pixmap_cache_size_pixels));
    w.u8(init.glz_dictionary_id);
    w.i32(init.glz_dictionary_window_size_pixels);
    return w.take();
}

std::vector<std::byte> encode(const StreamReportMessage& report) {
    Writer w;
    w.u32(report.id.value);
    w.u32(report.unique_id);
    w.u32(report.start_frame_mm_time);
    w.u32(report.end_frame_mm_time);
    w.u32(report.num_frames);
    w.u32(report.num_drops);
    w.i32(report.last_frame_delay_ms);
    w.u32(report.audio_delay_ms);
    return w.take();
}

std::vector<std::byte> encode_preferred_compression(std::uint8_t compression) {
    Writer w;
    w.u8(compression);
    return w.take();
}

} // namespace sumac::wire
