/// Display channel messages, server to client (SPICE_MSG_DISPLAY_*) and client to server
/// (SPICE_MSGC_DISPLAY_*).
///
/// Parsed messages borrow image data, glyphs and frames from the message body, which must outlive
/// them. Nothing here is clipped or judged: coordinates are as the server sent them.
#pragma once

#include "base/ids.h"
#include "wire/basic.h"
#include "wire/image.h"

#include <array>
#include <optional>
#include <variant>
#include <vector>

namespace sumac::wire {

/// Where a drawing operation draws.
struct DrawBase {
    SurfaceId surface;
    Rect box;
    Clip clip;
};

struct SolidBrush {
    std::uint32_t color = 0; ///< 0x00RRGGBB; native pixel in the low 16 bits on a 16-bit surface
};
struct PatternBrush {
    Image image;
    Point pos;
};
/// monostate: SPICE_BRUSH_TYPE_NONE.
using Brush = std::variant<std::monostate, SolidBrush, PatternBrush>;

struct Mask {
    std::uint8_t flags = 0; ///< SPICE_MASK_FLAGS_*
    Point pos;
    std::optional<Image> image; ///< empty: no mask
};

/// 16.16 fixed point, rows t00 t01 t02, t10 t11 t12; the third row is 0 0 1.
using Transform = std::array<std::int32_t, 6>;

struct DrawFill {
    DrawBase base;
    Brush brush;
    std::uint16_t rop = 0; ///< SPICE_ROPD_*
    Mask mask;
};
struct DrawOpaque {
    DrawBase base;
    Image image;
    Rect src_area;
    Brush brush;
    std::uint16_t rop = 0;
    std::uint8_t scale_mode = 0; ///< SPICE_IMAGE_SCALE_MODE_*
    Mask mask;
};
struct DrawCopy {
    DrawBase base;
    Image image;
    Rect src_area;
    std::uint16_t rop = 0;
    std::uint8_t scale_mode = 0;
    Mask mask;
};
/// Same layout and meaning as DRAW_COPY.
struct DrawBlend : DrawCopy {};
struct DrawBlackness {
    DrawBase base;
    Mask mask;
};
struct DrawWhiteness {
    DrawBase base;
    Mask mask;
};
struct DrawInvers {
    DrawBase base;
    Mask mask;
};
struct DrawRop3 {
    DrawBase base;
    Image image;
    Rect src_area;
    Brush brush;
    std::uint8_t rop3 = 0;
    std::uint8_t scale_mode = 0;
    Mask mask;
};

struct PointFix { ///< 28.4 fixed point
    std::int32_t x = 0;
    std::int32_t y = 0;
};
struct PathSegment {
    std::uint8_t flags = 0; ///< SPICE_PATH_*
    std::vector<PointFix> points;
};
struct LineAttr {
    std::uint8_t flags = 0;          ///< SPICE_LINE_FLAGS_*
    std::vector<std::int32_t> style; ///< dash lengths, 28.4 fixed point; empty unless STYLED
};
struct DrawStroke {
    DrawBase base;
    std::vector<PathSegment> path;
    LineAttr attr;
    Brush brush;
    std::uint16_t fore_mode = 0;
    std::uint16_t back_mode = 0;
};

struct Glyph {
    Point render_pos;
    Point origin;
    std::uint16_t width = 0;
    std::uint16_t height = 0;
    Bytes data; ///< ((width * bits + 7) / 8) * height bytes
};
struct GlyphString {
    std::uint8_t flags = 0; ///< SPICE_STRING_FLAGS_*
    std::vector<Glyph> glyphs;
};
struct DrawText {
    DrawBase base;
    GlyphString string;
    Rect back_area;
    Brush fore_brush;
    Brush back_brush;
    std::uint16_t fore_mode = 0;
    std::uint16_t back_mode = 0;
};
struct DrawTransparent {
    DrawBase base;
    Image image;
    Rect src_area;
    std::uint32_t src_color = 0;
    std::uint32_t true_color = 0;
};
struct DrawAlphaBlend {
    DrawBase base;
    std::uint8_t flags = 0; ///< SPICE_ALPHA_FLAGS_*
    std::uint8_t alpha = 0;
    Image image;
    Rect src_area;
};
struct DrawComposite {
    DrawBase base;
    std::uint32_t flags = 0; ///< SPICE_COMPOSITE_* and the operator in the low 8 bits
    Image src;
    std::optional<Image> mask;
    std::optional<Transform> src_transform;
    std::optional<Transform> mask_transform;
    Point src_origin;
    Point mask_origin;
};
struct CopyBits {
    DrawBase base;
    Point src_pos;
};

struct SurfaceCreate {
    SurfaceId id;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t format = 0; ///< SPICE_SURFACE_FMT_*
    std::uint32_t flags = 0;  ///< SPICE_SURFACE_FLAGS_*
};
struct SurfaceDestroy {
    SurfaceId id;
};
struct Head {
    std::uint32_t monitor_id = 0;
    SurfaceId surface;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t x = 0;
    std::uint32_t y = 0;
    std::uint32_t flags = 0;
};
struct MonitorsConfig {
    std::uint16_t max_allowed = 0;
    std::vector<Head> heads;
};

/// MODE, of servers before 2010: a new primary surface of this size and depth; everything else is
/// cleared.
struct DisplayMode {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t bits = 0;
};
struct DisplayMark {};
struct DisplayReset {};
struct InvalList {
    std::vector<ImageId> pixmaps;
};
struct InvalAllPixmaps {
    std::vector<WaitFor> wait;
};
struct InvalPalette {
    PaletteId id;
};
struct InvalAllPalettes {};

struct StreamCreate {
    SurfaceId surface;
    StreamId id;
    bool top_down = false;
    std::uint8_t codec = 0; ///< SPICE_VIDEO_CODEC_TYPE_*
    std::uint32_t stream_width = 0;
    std::uint32_t stream_height = 0;
    std::uint32_t src_width = 0;
    std::uint32_t src_height = 0;
    Rect dest;
    Clip clip;
};
struct StreamData {
    StreamId id;
    std::uint32_t mm_time = 0;
    Bytes data;
};
struct StreamDataSized {
    StreamId id;
    std::uint32_t mm_time = 0;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    Rect dest;
    Bytes data;
};
struct StreamClip {
    StreamId id;
    Clip clip;
};
struct StreamDestroy {
    StreamId id;
};
struct StreamDestroyAll {};
struct StreamActivateReport {
    StreamId id;
    std::uint32_t unique_id = 0;
    std::uint32_t max_window_size = 0; ///< frames
    std::uint32_t timeout_ms = 0;
};

/// A type we do not know, or know to be of no use; counted and ignored.
struct IgnoredDisplayMessage {
    std::uint16_t type = 0;
};

using DisplayMessage = std::variant<IgnoredDisplayMessage,
                                    DisplayMode,
                                    DisplayMark,
                                    DisplayReset,
                                    CopyBits,
                                    InvalList,
                                    InvalAllPixmaps,
                                    InvalPalette,
                                    InvalAllPalettes,
                                    StreamCreate,
                                    StreamData,
                                    StreamDataSized,
                                    StreamClip,
                                    StreamDestroy,
                                    StreamDestroyAll,
                                    StreamActivateReport,
                                    DrawFill,
                                    DrawOpaque,
                                    DrawCopy,
                                    DrawBlend,
                                    DrawBlackness,
                                    DrawWhiteness,
                                    DrawInvers,
                                    DrawRop3,
                                    DrawStroke,
                                    DrawText,
                                    DrawTransparent,
                                    DrawAlphaBlend,
                                    DrawComposite,
                                    SurfaceCreate,
                                    SurfaceDestroy,
                                    MonitorsConfig>;

/// A segment is a stroke's line or curve; guests draw a few. More would cost several times the
/// memory that the message takes.
inline constexpr std::uint32_t max_path_segments = 65536;

/// Parses the body of a message of `type` (SPICE_MSG_DISPLAY_*). Extra bytes at the end are
/// accepted.
Result<DisplayMessage> parse_display_message(std::uint16_t type, Bytes body);

/// SPICE_MSGC_DISPLAY_INIT.
struct DisplayInit {
    std::uint8_t pixmap_cache_id = 1;
    std::int64_t pixmap_cache_size_pixels = 0;
    std::uint8_t glz_dictionary_id = 1;
    std::int32_t glz_dictionary_window_size_pixels = 0;
    bool operator==(const DisplayInit&) const = default;
};
std::vector<std::byte> encode(const DisplayInit& init);

/// SPICE_MSGC_DISPLAY_STREAM_REPORT. The two mm_times must be exactly those of frames that came.
struct StreamReportMessage {
    StreamId id;
    std::uint32_t unique_id = 0;
    std::uint32_t start_frame_mm_time = 0;
    std::uint32_t end_frame_mm_time = 0;
    std::uint32_t num_frames = 0;
    std::uint32_t num_drops = 0;
    std::int32_t last_frame_delay_ms = 0;
    std::uint32_t audio_delay_ms = 0; ///< 0xFFFFFFFF: no audio
    bool operator==(const StreamReportMessage&) const = default;
};
std::vector<std::byte> encode(const StreamReportMessage& report);

/// SPICE_MSGC_DISPLAY_PREFERRED_COMPRESSION, SPICE_IMAGE_COMPRESSION_*.
std::vector<std::byte> encode_preferred_compression(std::uint8_t compression);

} // namespace sumac::wire
