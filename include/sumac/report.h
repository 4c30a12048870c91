/// What a session did, in figures. `sumac probe` prints it as JSON with these names.
#pragma once

#include <sumac/geometry.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sumac {

/// Percentiles of a set of measurements in milliseconds; all 0 where `count` is 0.
struct Distribution {
    std::uint64_t count = 0;
    double p50 = 0;
    double p95 = 0;
    double p99 = 0;
    double max = 0;
    bool operator==(const Distribution&) const = default;
};

/// One video stream, from its creation to its destruction.
struct StreamReport {
    std::uint32_t display = 0;
    std::uint32_t id = 0;
    std::string codec; ///< "mjpeg", "vp8", ...
    Size size;
    std::uint64_t frames_received = 0;
    std::uint64_t frames_presented = 0;
    std::map<std::string, std::uint64_t> frames_skipped; ///< by reason
    std::uint64_t frames_waiting =
        0; ///< received = presented + skipped + waiting, always; 0 after the end
    double longest_gap_ms = 0; ///< between two presented frames
    Distribution delay_ms;     ///< arrival to presentation
};

struct ChannelReport {
    std::string type; ///< "main", "display", ...
    std::uint32_t id = 0;
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
    bool tls = false;
    std::map<std::string, std::uint64_t>
        damaged; ///< messages that were dropped because they were damaged, by kind of damage
    std::map<std::string, std::uint64_t>
        ignored; ///< messages of types that we do not act on, by name
};

/// The guest's sound.
struct AudioReport {
    std::string device; ///< "none", "null" or the system's, by the name of its sound server
    std::uint64_t packets = 0;
    std::uint64_t underruns = 0;   ///< how often there was silence for want of sound
    double discarded_ms = 0;       ///< thrown away, as it came too late or too much at once
    std::uint64_t device_lost = 0; ///< how often the system's device failed
    Distribution buffered_ms;      ///< received and not yet heard
    /// How far a video frame and the sound of the same stamp were apart, earlier or later, while
    /// both played.
    Distribution skew_ms;
};

/// One migration of the virtual machine to another host.
struct MigrationReport {
    std::string kind; ///< "seamless", "semi-seamless" or "switch-host"
    std::string from; ///< Target::name()
    std::string to;
    /// "connecting", "connected", "moving" or "restarting" while it is under way; then "completed",
    /// "failed" or "cancelled" (after the last two the session goes on at `from`).
    std::string phase;
    std::string reason; ///< of a failure
};

struct SessionReport {
    std::string server; ///< Target::name(), of the host of the moment
    std::string vm_name;
    std::vector<ChannelReport> channels;
    std::vector<MigrationReport> migrations; ///< the newest thousand
    /// In order of creation. Beyond the newest thousand, the older ones are one entry, "older
    /// streams".
    std::vector<StreamReport> streams;
    std::map<std::string, std::uint64_t> draws; ///< executed drawing operations by name
    std::map<std::string, std::uint64_t>
        not_drawn;              ///< operations or images that are not drawn yet, by name
    Distribution draw_delay_ms; ///< of drawing operations: from being read to being drawn
    AudioReport audio;
    std::string clock_source; ///< "none", "main" or "playback"
    std::uint64_t clock_epochs = 0;
    std::optional<double>
        drift_ppm; ///< server's clock against ours; empty while too little is known
};

} // namespace sumac
