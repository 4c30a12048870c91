#include "recording.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

namespace sumac::tool {

namespace {

Failure out_of_memory(Size size) {
    return {ErrorCode::limit,
            fmt::format("no memory for a picture of {}x{}", size.width, size.height),
            "close other programs"};
}

FramePointer black_picture(Size size, AVPixelFormat format) {
    FramePointer frame{av_frame_alloc()};
    frame->width = size.width;
    frame->height = size.height;
    frame->format = format;
    if (av_frame_get_buffer(frame.get(), 0) < 0) return nullptr;
    std::memset(frame->data[0], 0, frame->buf[0]->size);
    return frame;
}

} // namespace

std::string numbered_path(const std::string& path, unsigned number) {
    if (number == 1) return path;
    std::filesystem::path parts{path};
    const std::string extension = parts.extension().string();
    return parts.replace_extension(fmt::format("{}{}", number, extension)).string();
}

Result<Done, Failure> Recording::on_display_created(const DisplayCreated& created) {
    created_ = created;
    running_ = black_picture(created.size, picture_format(codec_));
    if (!running_) return out_of_memory(created.size);
    return Done{};
}

Result<Done, Failure> Recording::on_picture(const PictureChanged& change) {
    if (av_frame_make_writable(running_.get()) < 0) return out_of_memory(created_->size);
    apply_patch(change.patch, pixels_of(*running_));
    return write(change.at);
}

Result<Done, Failure> Recording::on_sound(const SoundHeard& sound) {
    if (!file_) return Done{};
    return file_->write_sound(sound.samples, sound.at - file_start_);
}

Result<Done, Failure> Recording::on_quiet(LocalTime now) {
    if (!file_) return Done{};
    return file_->write_silence(file_time(now));
}

Result<Done, Failure> Recording::finish(LocalTime end) {
    if (pictures_ == 0 && running_) {
        if (auto written = write(created_->at); !written) return written;
    }
    return close_file(end);
}

std::uint64_t Recording::bytes() const {
    return closed_bytes_ + (file_ ? file_->bytes() : 0);
}

Result<Done, Failure> Recording::open_file(LocalTime start) {
    const std::string path = numbered_path(path_, static_cast<unsigned>(files_.size()) + 1);
    auto file =
        VideoFile::create(path, codec_, created_->size, sound_, start.time_since_epoch().count());
    if (!file) return file.error();
    files_.push_back(path);
    file_ = std::move(*file);
    file_start_ = start;
    last_.reset();
    return Done{};
}

Result<Done, Failure> Recording::close_file(LocalTime end) {
    if (!file_) return Done{};
    auto finished = file_->finish(std::max(file_time(end), *last_ + FileTime{1}));
    closed_bytes_ += file_->bytes();
    file_.reset();
    return finished;
}

Result<Done, Failure> Recording::write(LocalTime at) {
    if (file_ && file_->size() != created_->size) {
        if (auto closed = close_file(at); !closed) return closed;
    }
    if (!file_) {
        if (auto opened = open_file(at); !opened) return opened;
    }
    const FileTime time = last_ ? std::max(file_time(at), *last_ + FileTime{1}) : FileTime{0};
    last_ = time;
    if (auto written = file_->write(*running_, time); !written) return written;
    if (!first_at_) first_at_ = at;
    ++pictures_;
    return Done{};
}

FileTime Recording::file_time(LocalTime at) const {
    return std::chrono::floor<FileTime>(at - file_start_);
}

} // namespace sumac::tool
