/// A clip from a media file, looped: its video scaled into the region with its own shape kept, its
/// sound resampled to the host's rate.
#pragma once

#include "clip.h"
#include "media_file.h"

#include <deque>
#include <memory>
#include <string>

struct SwsContext;
struct SwrContext;

namespace sumac::host {

struct SwDelete {
    void operator()(SwsContext* context) const;
    void operator()(SwrContext* context) const;
};

/// Shows, at each moment of the clip, the file's picture of that moment. The file's own frame rate
/// is kept as far as the host's fps reaches.
class FilePictures final : public PictureSource {
public:
    static Result<std::unique_ptr<FilePictures>, Failure> open(const std::string& path, int fps);
    void render(FrameNumber number, Picture& picture) override;

    FilePictures(MediaFile file, int fps);

private:
    /// Decodes up to the picture that is on show at that second of the file.
    void advance_to(double second);
    void scale_into(Picture& picture);

    MediaFile file_;
    const int fps_;
    AvPointer<AVFrame> shown_;
    AvPointer<AVFrame> coming_;
    double coming_at_ = 0; ///< the second from which `coming_` shows
    bool have_shown_ = false;
    bool have_coming_ = false;
    double position_ = 0;
    std::unique_ptr<SwsContext, SwDelete> scaler_;
};

/// The file's sound; silence after its end until the video's end, and where it has none.
class FileSound final : public SoundSource {
public:
    static Result<std::unique_ptr<SoundSource>, Failure> open(const std::string& path);
    void fill(std::int64_t first, std::span<std::int16_t> samples) override;

    FileSound(MediaFile file, std::unique_ptr<SwrContext, SwDelete> resampler);

private:
    void seek(std::int64_t pair);
    void decode_more();

    MediaFile file_;
    std::unique_ptr<SwrContext, SwDelete> resampler_;
    std::deque<std::int16_t> ready_;
    std::int64_t next_ = 0; ///< sample pair of the file at the front of `ready_`
    const std::int64_t length_;
    bool at_end_ = false;
};

} // namespace sumac::host
