/// One recording on disk: an encoder and the Matroska file it writes to.
#pragma once

#include "libav.h"
#include "sound_track.h"
#include <sumac/geometry.h>
#include <sumac/result.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace sumac::tool {

/// All are lossless: every red, green and blue comes back.
enum class VideoCodec {
    huffyuv, ///< the cheapest for what moves; but each picture takes at least 3 bits a pixel,
             ///< however little of it changed
    h264,    ///< libx264 in RGB with quantiser 0, fastest preset: next to nothing for what stands
          ///< still, but about twice the time of huffyuv for what moves (40 and 18 ms for a full HD
          ///< picture of a video, measured with both in one run)
    ffv1, ///< the archives' format: the smallest for pictures like photographs, and the slowest
};

enum class SoundTracks { none, one };

std::string_view to_string(VideoCodec codec);

/// What VideoFile::write takes.
AVPixelFormat picture_format(VideoCodec codec);

/// Matroska's clock: a picture's place in the file is a whole number of milliseconds.
using FileTime = std::chrono::milliseconds;

/// Belongs to one thread. Pictures have variable durations: each lasts until the next.
class VideoFile {
public:
    /// Creates or overwrites `path`. `start_us` is the CLOCK_MONOTONIC time of FileTime 0, kept as
    /// the file's tag SUMAC_START_US so that a picture can be compared with other logs.
    static Result<std::unique_ptr<VideoFile>, Failure> create(const std::string& path,
                                                              VideoCodec codec,
                                                              Size size,
                                                              SoundTracks sound,
                                                              std::int64_t start_us);
    /// Without finish() the file is still readable, but lacks its index and its last pictures.
    ~VideoFile();
    VideoFile(const VideoFile&) = delete;
    VideoFile& operator=(const VideoFile&) = delete;

    Size size() const { return size_; }
    const std::string& path() const { return path_; }
    /// Written so far.
    std::uint64_t bytes() const;

    /// `picture` has our size and the codec's picture_format, and is reference-counted: where the
    /// encoder keeps it, it keeps a reference, so the caller asks av_frame_make_writable before it
    /// changes it. `at` must be later than that of the picture before.
    Result<Done, Failure> write(AVFrame& picture, FileTime at);
    /// `samples` are heard from `at` on, which may lie before the file's beginning; in SoundView's
    /// format. Nothing happens where the file has no sound.
    Result<Done, Failure> write_sound(std::span<const std::int16_t> samples, Duration at);
    /// It is `now`, and nothing happened for a while: the sound was silent.
    Result<Done, Failure> write_silence(FileTime now);
    /// The last picture lasts until `end`, and the sound. Call once, after it only the accessors.
    Result<Done, Failure> finish(FileTime end);

private:
    VideoFile(std::string path, Size size) : path_(std::move(path)), size_(size) {}

    struct CloseOutput {
        void operator()(AVFormatContext* output) const;
    };

    Result<Done, Failure> open_encoder(VideoCodec codec);
    Result<Done, Failure> open_output(std::int64_t start_us);
    Result<Done, Failure> add_stream(const AVCodecContext& encoder);
    Result<Done, Failure> take_packets();
    Result<Done, Failure> write_packet(AVPacket& packet, int stream);
    SoundTrack::OnPacket on_sound_packet();
    Result<Done, Failure> write_waiting(std::int64_t end);
    Result<Done, Failure> write_waiting_before(Duration sound);
    Failure failure(std::string_view doing, int error) const;

    std::string path_;
    Size size_;
    CodecPointer encoder_;
    std::unique_ptr<AVFormatContext, CloseOutput> output_;
    PacketPointer received_;
    /// The newest packet: it is written when its duration is known, that is, with the next one.
    PacketPointer waiting_;
    bool has_waiting_ = false;
    std::unique_ptr<SoundTrack> sound_; ///< null: none
    std::optional<FileTime> last_key_;
    std::uint64_t final_bytes_ = 0; ///< set by finish
};

} // namespace sumac::tool
