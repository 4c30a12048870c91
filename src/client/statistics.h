/// Counts what happens in a session. Written by the net thread and by the drawing worker, read by
/// whoever asks for a report: the one mutex guards all members.
#pragma once

#include "base/histogram.h"
#include "base/ids.h"
#include <sumac/report.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sumac::client {

/// Streams that a report lists one by one; a desktop without a QXL driver makes some each second,
/// for days.
inline constexpr std::size_t max_reported_streams = 1000;

inline constexpr std::size_t max_reported_migrations = 1000;

class Statistics {
public:
    explicit Statistics(std::string server) { report_.server = std::move(server); }

    void vm_name(const std::string& name);
    /// The session's server is another one now.
    void server(const std::string& name);
    /// `number`: running, from 0; the report replaces what was known of that migration.
    void migration(std::uint64_t number, const MigrationReport& migration);
    void channel_opened(ChannelId id, bool tls);
    /// So many more.
    void messages(ChannelId id, std::uint64_t count, std::uint64_t bytes_so_far);
    void damaged(ChannelId id, std::string_view what);
    void ignored(ChannelId id, std::string_view what);

    struct DrawnOperation {
        std::string_view name; ///< of a literal
        LocalTime arrived;     ///< when it was read
    };
    void drawn(std::span<const DrawnOperation> operations, LocalTime now);
    void not_drawn(std::string_view what);

    void stream_created(StreamKey key, const StreamReport& stream);
    void frame_received(StreamKey key);
    void frame_presented(StreamKey key, LocalTime arrived, LocalTime presented);
    void frame_skipped(StreamKey key, std::string_view reason);

    void sound_device(std::string_view name);
    void sound_packet();
    /// Totals so far.
    void sound(std::uint64_t underruns, Duration discarded);
    /// So much at the moment.
    void sound_buffered(Duration buffered);
    void sound_device_lost();
    /// Earlier or later.
    void skew(Duration skew);

    void clock(std::string_view source, std::uint64_t epochs, std::optional<double> drift_ppm);

    SessionReport report() const;

private:
    struct StreamCounts {
        StreamReport report;
        std::unique_ptr<Histogram>
            delay; ///< made for the first frame that is shown: many streams show none
        std::optional<LocalTime> last_presented;
    };

    StreamCounts& counts(StreamKey key);

    mutable std::mutex mutex_;
    SessionReport report_; ///< all but channels and streams
    std::map<ChannelId, ChannelReport> channels_;
    std::map<std::uint64_t, MigrationReport> migrations_; ///< the newest max_reported_migrations
    std::map<StreamKey, StreamCounts> streams_;           ///< the newest max_reported_streams
    std::unique_ptr<Histogram> buffered_;                 ///< made when sound comes
    std::unique_ptr<Histogram> skew_;
    std::unique_ptr<Histogram> draw_delay_;
    StreamCounts older_; ///< all before them, together
};

} // namespace sumac::client
