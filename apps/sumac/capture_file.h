/// Captures of sessions: all that a server said, byte for byte, with the time at which it came, and
/// how the picture looked whenever it stood still. doc/capture.md describes the format.
#pragma once

#include "background_file.h"
#include <sumac/result.h>
#include <sumac/sinks.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace sumac::tool {

/// SHA-256 of a picture's pixels, three bytes each (B, G, R), row after row.
using PictureHash = std::array<std::byte, 32>;
PictureHash hash_of(const PictureView& picture);

/// How a display must look once all that stands before it in the capture has been drawn.
struct Checkpoint {
    std::uint32_t display = 0;
    Size size;
    PictureHash hash{};
    bool operator==(const Checkpoint&) const = default;
};

struct CaptureRecord {
    enum class Kind : std::uint8_t { bytes = 1, ended = 2, checkpoint = 3 };
    Kind kind = Kind::bytes;
    std::uint32_t connection = 0; ///< a checkpoint has none
    std::uint8_t channel_type = 0;
    std::uint8_t channel_id = 0;
    Duration at{};                ///< since the capture began
    std::vector<std::byte> bytes; ///< of Kind::bytes, not empty
    Checkpoint checkpoint;        ///< of Kind::checkpoint
};

/// Writes a capture while the session runs. Thread-safe but for `finish`.
class CaptureWriter : public WireSink {
public:
    /// `began`: the time that records count from.
    static Result<std::unique_ptr<CaptureWriter>, Failure> open(const std::string& path,
                                                                LocalTime began);
    CaptureWriter(std::unique_ptr<BackgroundFile> file, LocalTime began);

    void on_wire(const WireView& view) override;
    /// Bytes that came on display channels so far: where the capture stands.
    std::uint64_t display_bytes() const;
    /// Notes it, unless the capture has gone beyond `display_bytes`: the picture may not show that
    /// yet. False: it was not noted.
    bool checkpoint(const Checkpoint& checkpoint, LocalTime at, std::uint64_t display_bytes);
    bool failed() const { return file_->failed(); }
    Result<Done, Failure> finish() { return file_->finish(); }

private:
    std::unique_ptr<BackgroundFile> file_;
    const LocalTime began_;
    mutable std::mutex mutex_; ///< guards display_bytes_, which is of what the file was given
    std::uint64_t display_bytes_ = 0;
};

/// Reads a capture from its beginning to its end, once.
class CaptureReader {
public:
    /// `name` is for errors.
    static Result<CaptureReader, Failure> open(std::unique_ptr<std::istream> from,
                                               std::string name);

    /// Empty at the end. Errors: a file that is cut off or damaged, and where.
    Result<std::optional<CaptureRecord>, Failure> next();

private:
    CaptureReader(std::unique_ptr<std::istream> from, std::string name);
    Failure damaged(const std::string& what) const;

    std::unique_ptr<std::istream> from_;
    std::string name_;
    std::uint64_t offset_ = 0;
};

} // namespace sumac::tool
