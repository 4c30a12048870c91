/// Turns the changes of a display into video files: what was shown, when it was shown.
#pragma once

#include "change_queue.h"
#include "video_file.h"
#include <sumac/time.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sumac::tool {

/// The path of the number-th file of a recording, from 1: "a.mkv", "a.2.mkv", "a.3.mkv", ...
std::string numbered_path(const std::string& path, unsigned number);

/// Model: a display has one running picture. A change patches it, and the whole of it goes to the
/// encoder, which keeps a reference where it works in the background; only then the next patch
/// copies the picture first. So each changed pixel is copied twice (out of the session, into the
/// running picture) and the rest not at all.
///
/// A picture's place in the file is its time since the file's first picture, cut to milliseconds
/// and, where two fall into the same one, a millisecond after the one before: no picture is lost
/// for Matroska's clock. A change of size starts the next file, because a Matroska track has one
/// size. Belongs to one thread; time comes in.
class Recording {
public:
    Recording(std::string path, VideoCodec codec, SoundTracks sound = SoundTracks::none)
        : path_(std::move(path)), codec_(codec), sound_(sound) {}

    Result<Done, Failure> on_display_created(const DisplayCreated& created);
    /// `change` must have been copied from a picture of the size that was created last.
    Result<Done, Failure> on_picture(const PictureChanged& change);
    /// Sound from before the first picture has no place.
    Result<Done, Failure> on_sound(const SoundHeard& sound);
    /// Nothing happened for a while: hours of silence must not be there to encode at their end.
    Result<Done, Failure> on_quiet(LocalTime now);
    /// The last picture lasts until `end`. A display that only ever was black yields one black
    /// picture. Call once, also after a failure: what was recorded becomes a complete file.
    Result<Done, Failure> finish(LocalTime end);

    std::uint64_t pictures() const { return pictures_; }
    /// Of all files.
    std::uint64_t bytes() const;
    /// The files that were begun, in order.
    const std::vector<std::string>& files() const { return files_; }
    /// When the first picture was shown.
    std::optional<LocalTime> first_at() const { return first_at_; }

private:
    Result<Done, Failure> open_file(LocalTime start);
    Result<Done, Failure> close_file(LocalTime end);
    Result<Done, Failure> write(LocalTime at);
    FileTime file_time(LocalTime at) const;

    std::string path_;
    VideoCodec codec_;
    SoundTracks sound_;
    std::optional<DisplayCreated> created_;
    FramePointer running_;
    std::unique_ptr<VideoFile> file_;
    LocalTime file_start_;
    std::optional<FileTime> last_; ///< of the last picture in file_
    std::optional<LocalTime> first_at_;
    std::uint64_t pictures_ = 0;
    std::uint64_t closed_bytes_ = 0;
    std::vector<std::string> files_;
};

} // namespace sumac::tool
