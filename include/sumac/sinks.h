/// Where pictures, events and measurements go. The front end implements these.
///
/// A session calls one sink from one thread at a time, never while it holds a lock of its own, and
/// never after ~Session. Views are valid during the call only. A sink must not throw.
///
/// A display sink may block for a while, unless it says that it does not (returns_at_once): it
/// holds up its own session (the server is throttled, nothing is lost) and one of the runtime's
/// workers. A trace sink, a sound sink and the log run on the net thread, which all sessions of a
/// runtime share: they must not block.
#pragma once

#include <sumac/geometry.h>
#include <sumac/planes.h>
#include <sumac/time.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sumac {

/// Pixels in memory order B, G, R, X (X undefined), top row first.
struct PictureView {
    const std::byte* data = nullptr;
    Size size;
    std::ptrdiff_t stride_bytes = 0; ///< >= 4 * width
};

/// The frame of a video stream that an update shows.
struct ShownFrame {
    std::uint32_t display = 0;  ///< channel id of the display channel
    std::uint32_t stream = 0;   ///< stream id as the server numbers them, and uses them again
    std::uint64_t instance = 0; ///< one per creation of a stream in this session
    std::uint32_t mm_time = 0;
    std::uint64_t frame = 0; ///< running number within the session, in order of arrival
    LocalTime arrived;
    LocalTime due;
};

/// One change of what a display shows.
struct DisplayUpdate {
    std::uint32_t display = 0;       ///< channel id of the display channel
    PictureView picture;             ///< the whole primary surface, already changed
    std::span<const Rect> damage;    ///< what changed, inside the picture
    LocalTime at;                    ///< when it was drawn
    std::optional<ShownFrame> frame; ///< set if this update is a stream's frame
};

/// What one monitor of the guest shows of its display.
struct Monitor {
    std::uint32_t id = 0; ///< as the guest numbers the monitors of this display
    Rect area;            ///< inside the primary surface
    bool operator==(const Monitor&) const = default;
};

/// The frame of a video stream, as its codec stores it: no pixel of it was made on the CPU.
struct PlanarUpdate {
    std::uint32_t display = 0;    ///< channel id of the display channel
    PlanarView picture;           ///< to be scaled into `dest`
    Rect dest;                    ///< of the primary surface; may reach beyond it
    std::span<const Rect> damage; ///< what of `dest` is seen, inside the surface; may overlap
    LocalTime at;                 ///< when it was shown
    ShownFrame frame;
};

class DisplaySink {
public:
    virtual ~DisplaySink() = default;
    /// Whether on_planes is wanted. Asked once, when the session starts.
    virtual bool takes_planes() const { return false; }
    /// Whether all calls return within some microseconds. Then little drawing needs no worker, and
    /// this sink may be called on the net thread. Asked once, when the session starts.
    virtual bool returns_at_once() const { return false; }
    /// In place of on_update, if this sink takes planes and the stream's codec has them: the
    /// picture lies above all that was shown so far. The next on_update of this display contains
    /// it, in its pixels and in its damage; until then a later picture with the same `dest` hides
    /// it.
    virtual void on_planes(const PlanarUpdate& update) { static_cast<void>(update); }
    /// A primary surface of this size now exists. Its content is black until the first update;
    /// where it replaces another, after a migration say, go on showing the last picture until then.
    virtual void on_display_created(std::uint32_t display, Size size) = 0;
    /// The primary surface is gone; keep showing the last picture until another is created.
    virtual void on_display_destroyed(std::uint32_t display) = 0;
    /// Which parts of the display's picture are monitors, from now on until the next call or the
    /// next primary; the parts may overlap. Without a call the whole primary is one monitor: not
    /// every guest says more. At least one, and called between on_display_created and _destroyed.
    virtual void on_monitors(std::uint32_t /*display*/, std::span<const Monitor> /*monitors*/) {}
    /// Called once per picture: drawing that would hide an unseen picture of a video-like area
    /// (see doc/develop.md, "What counts as a picture") is delivered as an update of its own.
    virtual void on_update(const DisplayUpdate& update) = 0;
};

/// A piece of the guest's sound as it will be heard: decoded, at the guest's volume, at the speed
/// at which it is played. Pieces come in order; what lies between one's end and the next one's
/// `heard` is silence.
struct SoundView {
    static constexpr unsigned channels = 2; ///< whatever the server sends
    static constexpr unsigned rate_hz = 48000;

    std::span<const std::int16_t> samples; ///< interleaved
    LocalTime heard;           ///< when the first sample leaves the loudspeaker; shortly after now
    std::uint32_t mm_time = 0; ///< the server's stamp of it
};

class SoundSink {
public:
    virtual ~SoundSink() = default;
    /// On the net thread: must not block.
    virtual void on_sound(const SoundView& sound) = 0;
};

/// Sound for the guest, in place of a microphone.
class SoundSource {
public:
    virtual ~SoundSource() = default;
    /// Fills in the next samples, interleaved; returns for how many of them there was sound, a
    /// multiple of `channels` (the rest is asked for again later). Asked at the pace at which time
    /// passes, while the guest records. On the net thread: must not block.
    virtual std::size_t
    read(std::span<std::int16_t> samples, unsigned channels, unsigned rate_hz) = 0;
};

/// One thing that happened, for diagnosis. Which fields are set depends on the kind.
struct TraceEvent {
    enum class Kind {
        frame_received,
        frame_presented,
        frame_skipped,
        clock_observed,
        epoch_started,
        stream_created,
        stream_destroyed,
        report_sent,
        migration,
    };
    Kind kind = Kind::frame_received;
    LocalTime at;
    std::optional<std::uint32_t> display;
    std::optional<std::uint32_t> stream;
    std::optional<std::uint64_t> frame;
    std::optional<std::uint32_t> mm_time;
    std::optional<LocalTime> arrived;
    std::optional<LocalTime> due;
    std::string_view decision; ///< what was decided; empty where nothing was
    std::string_view reason;   ///< why; a skip's reason, an epoch's cause
    std::string detail;        ///< codec, size, phase, report figures: "key=value key=value"
};

std::string_view to_string(TraceEvent::Kind kind);

/// Bytes that the server sent on one connection, as they came out of TLS.
struct WireView {
    std::uint64_t connection = 0;  ///< running number of the session's connections, from 0
    std::uint8_t channel_type = 0; ///< SPICE_CHANNEL_*
    std::uint8_t channel_id = 0;
    std::span<const std::byte> bytes; ///< empty: the connection ended while it was read
    LocalTime at;                     ///< when they were read
};

/// Gets all that the server says, for a capture. What we say, our ticket too, does not pass here.
class WireSink {
public:
    virtual ~WireSink() = default;
    /// On the net thread: must not block. A connection appears once it is linked: its first bytes
    /// are the server's whole handshake.
    virtual void on_wire(const WireView& view) = 0;
};

class TraceSink {
public:
    virtual ~TraceSink() = default;
    virtual void on_trace(const TraceEvent& event) = 0;
};

} // namespace sumac
