#include "file_clip.h"

extern "C" {
#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#include <algorithm>
#include <cmath>
#include <utility>

namespace sumac::host {

namespace {

// A file that does not know its length (a stream dump) is taken for one this long: it loops when
// it ends, and a clip that goes on from another host lands near the right place.
constexpr double unknown_length_s = 3600;
// Farther ahead than this, seeking is cheaper than decoding up to the place.
constexpr double seek_beyond_s = 5;

double length_of(const MediaFile& file) {
    const double length = file.duration_s();
    return length > 0.05 ? length : unknown_length_s;
}

} // namespace

void SwDelete::operator()(SwsContext* context) const {
    sws_freeContext(context);
}
void SwDelete::operator()(SwrContext* context) const {
    swr_free(&context);
}

Result<std::unique_ptr<FilePictures>, Failure> FilePictures::open(const std::string& path,
                                                                  int fps) {
    auto file = MediaFile::open(path, MediaFile::Kind::video);
    if (!file) return file.error();
    auto pictures = std::make_unique<FilePictures>(std::move(*file), fps);
    pictures->advance_to(0);
    if (!pictures->have_shown_)
        return Failure{.code = ErrorCode::invalid,
                       .message = "clip " + path + ": no picture could be decoded",
                       .advice = "give --clip a file that ffmpeg can play, or 'synthetic'"};
    return pictures;
}

FilePictures::FilePictures(MediaFile file, int fps)
    : file_(std::move(file)), fps_(fps), shown_(av_frame_alloc()), coming_(av_frame_alloc()) {}

void FilePictures::render(FrameNumber number, Picture& picture) {
    const double second = static_cast<double>(number) / fps_;
    // Half a frame's allowance: 1/30 as a fraction and as a file's rounded stamp differ.
    advance_to(std::fmod(second, length_of(file_)) + 0.5 / fps_);
    scale_into(picture);
}

void FilePictures::advance_to(double second) {
    if (second < position_ || second > position_ + seek_beyond_s) {
        file_.seek(second);
        have_coming_ = false;
    }
    position_ = second;
    while (true) {
        if (!have_coming_) {
            const AVFrame* const next = file_.next();
            if (next == nullptr) return;
            coming_at_ = file_.time_of(*next);
            av_frame_unref(coming_.get());
            have_coming_ = av_frame_ref(coming_.get(), next) == 0;
        }
        if (have_shown_ && coming_at_ > second) return;
        std::swap(shown_, coming_);
        have_shown_ = true;
        have_coming_ = false;
    }
}

void FilePictures::scale_into(Picture& picture) {
    const auto [width, height] = picture.size();
    const double scale = std::min(static_cast<double>(width) / shown_->width,
                                  static_cast<double>(height) / shown_->height);
    const int inner_width = std::clamp(static_cast<int>(shown_->width * scale + 0.5), 1, width);
    const int inner_height = std::clamp(static_cast<int>(shown_->height * scale + 0.5), 1, height);
    scaler_.reset(sws_getCachedContext(scaler_.release(),
                                       shown_->width,
                                       shown_->height,
                                       static_cast<AVPixelFormat>(shown_->format),
                                       inner_width,
                                       inner_height,
                                       AV_PIX_FMT_BGR0,
                                       SWS_BILINEAR,
                                       nullptr,
                                       nullptr,
                                       nullptr));
    picture.fill({0, 0, width, height}, black);
    if (!scaler_) return;
    const int left = (width - inner_width) / 2;
    const int top = (height - inner_height) / 2;
    auto* const target = reinterpret_cast<std::uint8_t*>(picture.row(top).data() + left);
    std::uint8_t* const planes[4]{target, nullptr, nullptr, nullptr};
    const int strides[4]{picture.stride_bytes(), 0, 0, 0};
    sws_scale(scaler_.get(), shown_->data, shown_->linesize, 0, shown_->height, planes, strides);
}

Result<std::unique_ptr<SoundSource>, Failure> FileSound::open(const std::string& path) {
    auto file = MediaFile::open(path, MediaFile::Kind::sound);
    if (!file) return file.error();
    const auto& codec = file->codec();
    AVChannelLayout input{};
    if (codec.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
        av_channel_layout_default(&input, codec.ch_layout.nb_channels);
    else
        av_channel_layout_copy(&input, &codec.ch_layout);
    AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO;
    SwrContext* made = nullptr;
    swr_alloc_set_opts2(&made,
                        &stereo,
                        AV_SAMPLE_FMT_S16,
                        sound_rate_hz,
                        &input,
                        codec.sample_fmt,
                        codec.sample_rate,
                        0,
                        nullptr);
    av_channel_layout_uninit(&input);
    std::unique_ptr<SwrContext, SwDelete> resampler(made);
    if (!resampler || swr_init(resampler.get()) < 0)
        return Failure{.code = ErrorCode::unsupported,
                       .message = "clip " + path + ": its sound cannot be resampled",
                       .advice = "use --audio off"};
    return std::unique_ptr<SoundSource>(
        std::make_unique<FileSound>(std::move(*file), std::move(resampler)));
}

FileSound::FileSound(MediaFile file, std::unique_ptr<SwrContext, SwDelete> resampler)
    : file_(std::move(file)),
      resampler_(std::move(resampler)),
      length_(std::llround(length_of(file_) * sound_rate_hz)) {}

void FileSound::fill(std::int64_t first, std::span<std::int16_t> samples) {
    const std::int64_t in_file = first % length_;
    if (in_file != next_) seek(in_file);
    while (ready_.size() < samples.size() && !at_end_)
        decode_more();
    const auto count = std::min(samples.size(), ready_.size());
    const auto end = ready_.begin() + static_cast<std::ptrdiff_t>(count);
    std::copy(ready_.begin(), end, samples.begin());
    ready_.erase(ready_.begin(), end);
    std::fill(samples.begin() + static_cast<std::ptrdiff_t>(count), samples.end(), std::int16_t{0});
    next_ = in_file + static_cast<std::int64_t>(samples.size() / sound_channels);
}

void FileSound::seek(std::int64_t pair) {
    file_.seek(static_cast<double>(pair) / sound_rate_hz);
    ready_.clear();
    at_end_ = false;
    swr_init(resampler_.get()); // forgets what it held
    // A seek lands before the place, or at a packet's edge: cut, or fill with silence, up to it.
    const AVFrame* const frame = file_.next();
    if (frame == nullptr) return;
    const auto landed = std::llround(file_.time_of(*frame) * sound_rate_hz);
    for (auto gap = landed; gap > pair && gap - pair < sound_rate_hz; --gap)
        ready_.insert(ready_.end(), sound_channels, 0);
    const auto extra = std::clamp<std::int64_t>(pair - landed, 0, 10 * sound_rate_hz);
    swr_drop_output(resampler_.get(), static_cast<int>(extra));
    swr_convert(resampler_.get(),
                nullptr,
                0,
                const_cast<const std::uint8_t**>(frame->extended_data),
                frame->nb_samples);
}

void FileSound::decode_more() {
    const AVFrame* const frame = file_.next();
    at_end_ = frame == nullptr;
    const auto** const input =
        at_end_ ? nullptr : const_cast<const std::uint8_t**>(frame->extended_data);
    const int input_count = at_end_ ? 0 : frame->nb_samples;
    const int room = swr_get_out_samples(resampler_.get(), input_count);
    if (room <= 0) return;
    std::vector<std::int16_t> output(static_cast<std::size_t>(room) * sound_channels);
    auto* bytes = reinterpret_cast<std::uint8_t*>(output.data());
    const int made = swr_convert(resampler_.get(), &bytes, room, input, input_count);
    if (made <= 0) return;
    ready_.insert(
        ready_.end(), output.begin(), output.begin() + std::ptrdiff_t{made} * sound_channels);
}

} // namespace sumac::host
