#include "video_file.h"

#include <fmt/core.h>

#include <cstdio>
#include <utility>

namespace sumac::tool {

namespace {

constexpr AVRational milliseconds_base{1, 1000};
// A player can jump to key pictures only; they cost several times the bytes of others.
constexpr FileTime key_interval{10'000};
// The order in which they are added.
constexpr int picture_stream = 0;
constexpr int sound_stream = 1;
// A player reads on so far for the other track.
constexpr FileTime sound_lead{500};
const char* encoder_name(VideoCodec codec) {
    switch (codec) {
    case VideoCodec::huffyuv:
        return "huffyuv";
    case VideoCodec::h264:
        return "libx264rgb";
    case VideoCodec::ffv1:
        return "ffv1";
    }
    return "";
}

/// libav takes its options as text.
class Options {
public:
    Options() = default;
    ~Options() { av_dict_free(&dictionary_); }
    Options(const Options&) = delete;
    Options& operator=(const Options&) = delete;

    void set(const char* key, const char* value) { av_dict_set(&dictionary_, key, value, 0); }
    AVDictionary** get() { return &dictionary_; }

private:
    AVDictionary* dictionary_ = nullptr;
};

void set_h264(AVCodecContext& encoder, Options& options) {
    options.set("preset", "ultrafast");
    options.set("qp", "0");
    // Key pictures are placed by time, not by count: a still desktop yields few pictures.
    encoder.gop_size = 1'000'000;
    // A hint for the level that the file announces; the true rate is variable.
    encoder.framerate = {30, 1};
    // Full HD that moves all over needs more than a core. Each thread holds a picture back.
    encoder.thread_count = 2;
}

void set_ffv1(AVCodecContext& encoder, Options& options) {
    options.set("level", "3");    // slices, and a checksum in each
    options.set("coder", "rice"); // the faster of the two
    options.set("slices", "4");
    encoder.gop_size = 1;
    encoder.thread_count = 2;
}

} // namespace

std::string_view to_string(VideoCodec codec) {
    switch (codec) {
    case VideoCodec::huffyuv:
        return "huffyuv";
    case VideoCodec::h264:
        return "h264";
    case VideoCodec::ffv1:
        return "ffv1";
    }
    return "";
}

AVPixelFormat picture_format(VideoCodec codec) {
    return codec == VideoCodec::ffv1 ? AV_PIX_FMT_BGR0 : AV_PIX_FMT_RGB24;
}

void VideoFile::CloseOutput::operator()(AVFormatContext* output) const {
    libav().avio_closep(&output->pb);
    libav().avformat_free_context(output);
}

Result<std::unique_ptr<VideoFile>, Failure> VideoFile::create(const std::string& path,
                                                              VideoCodec codec,
                                                              Size size,
                                                              SoundTracks sound,
                                                              std::int64_t start_us) {
    if (const auto loaded = load_libav(); !loaded) return loaded.error();
    std::unique_ptr<VideoFile> file{new VideoFile{path, size}}; // the constructor is private
    if (auto opened = file->open_encoder(codec); !opened) return opened.error();
    if (sound == SoundTracks::one) {
        auto track = SoundTrack::create();
        if (!track) return track.error();
        file->sound_ = *std::move(track);
    }
    if (auto opened = file->open_output(start_us); !opened) return opened.error();
    return file;
}

VideoFile::~VideoFile() = default;

std::uint64_t VideoFile::bytes() const {
    return output_->pb == nullptr
               ? final_bytes_
               : static_cast<std::uint64_t>(libav().avio_seek(output_->pb, 0, SEEK_CUR));
}

Result<Done, Failure> VideoFile::open_encoder(VideoCodec codec) {
    const AVCodec* encoder = libav().avcodec_find_encoder_by_name(encoder_name(codec));
    if (encoder == nullptr) {
        return Failure{ErrorCode::unsupported,
                       fmt::format("this FFmpeg has no {} encoder", encoder_name(codec)),
                       "use --codec huffyuv, which every FFmpeg has"};
    }
    encoder_.reset(libav().avcodec_alloc_context3(encoder));
    received_.reset(libav().av_packet_alloc());
    waiting_.reset(libav().av_packet_alloc());
    encoder_->width = size_.width;
    encoder_->height = size_.height;
    encoder_->pix_fmt = picture_format(codec);
    encoder_->colorspace = AVCOL_SPC_RGB;
    encoder_->color_range = AVCOL_RANGE_JPEG;
    encoder_->time_base = milliseconds_base;
    encoder_->thread_count = 1;
    encoder_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    Options options;
    if (codec == VideoCodec::h264) set_h264(*encoder_, options);
    if (codec == VideoCodec::ffv1) set_ffv1(*encoder_, options);
    const int error = libav().avcodec_open2(encoder_.get(), encoder, options.get());
    if (error < 0) return failure("open the encoder for", error);
    return Done{};
}

Result<Done, Failure> VideoFile::open_output(std::int64_t start_us) {
    AVFormatContext* output = nullptr;
    const std::string url = "file:" + path_; // a colon in the name is not a protocol
    int error = libav().avformat_alloc_output_context2(&output, nullptr, "matroska", url.c_str());
    if (error < 0) return failure("write", error);
    output_.reset(output);
    av_dict_set_int(&output->metadata, "SUMAC_START_US", start_us, 0);
    if (auto added = add_stream(*encoder_); !added) return added;
    if (sound_) {
        if (auto added = add_stream(sound_->encoder()); !added) return added;
    }
    error = libav().avio_open(&output->pb, url.c_str(), AVIO_FLAG_WRITE);
    Options options;
    options.set("write_crc32", "0"); // a tenth of the time, and file systems do not need it
    if (error >= 0) error = libav().avformat_write_header(output, options.get());
    if (error < 0) return failure("write", error);
    return Done{};
}

Result<Done, Failure> VideoFile::add_stream(const AVCodecContext& encoder) {
    AVStream* stream = libav().avformat_new_stream(output_.get(), nullptr);
    stream->time_base = milliseconds_base;
    const int error = libav().avcodec_parameters_from_context(stream->codecpar, &encoder);
    if (error < 0) return failure("write", error);
    return Done{};
}

Result<Done, Failure> VideoFile::write_sound(std::span<const std::int16_t> samples, Duration at) {
    if (!sound_) return Done{};
    if (auto written = write_waiting_before(at); !written) return written;
    return sound_->add(samples, at, on_sound_packet());
}

Result<Done, Failure> VideoFile::write_silence(FileTime now) {
    if (!sound_) return Done{};
    if (auto written = write_waiting_before(now - SoundTrack::patience); !written) return written;
    return sound_->fill(now, on_sound_packet());
}

/// A picture that stands still must not stay behind the sound in the file.
Result<Done, Failure> VideoFile::write_waiting_before(Duration sound) {
    const auto written_until = std::chrono::floor<FileTime>(sound) - sound_lead;
    if (!has_waiting_ || written_until.count() <= waiting_->pts) return Done{};
    return write_waiting(written_until.count());
}

SoundTrack::OnPacket VideoFile::on_sound_packet() {
    return [this](AVPacket& packet) {
        libav().av_packet_rescale_ts(&packet, sound_->encoder().time_base, milliseconds_base);
        return write_packet(packet, sound_stream);
    };
}

Result<Done, Failure> VideoFile::write(AVFrame& picture, FileTime at) {
    picture.pts = at.count();
    const bool key = !last_key_ || at - *last_key_ >= key_interval;
    picture.pict_type = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    if (key) last_key_ = at;
    const int error = libav().avcodec_send_frame(encoder_.get(), &picture);
    if (error < 0) return failure("encode a picture for", error);
    if (auto taken = take_packets(); !taken) return taken;
    return sound_ ? sound_->fill(at, on_sound_packet()) : Done{};
}

Result<Done, Failure> VideoFile::finish(FileTime end) {
    if (const int error = libav().avcodec_send_frame(encoder_.get(), nullptr); error < 0) {
        return failure("encode the last pictures for", error);
    }
    if (auto taken = take_packets(); !taken) return taken;
    if (auto written = write_waiting(end.count()); !written) return written;
    if (sound_) {
        if (auto finished = sound_->finish(end, on_sound_packet()); !finished) return finished;
    }
    if (const int error = libav().av_write_trailer(output_.get()); error < 0) {
        return failure("finish", error);
    }
    final_bytes_ = bytes();
    if (const int error = libav().avio_closep(&output_->pb); error < 0)
        return failure("finish", error);
    return Done{};
}

Result<Done, Failure> VideoFile::take_packets() {
    for (;;) {
        const int error = libav().avcodec_receive_packet(encoder_.get(), received_.get());
        if (error == AVERROR(EAGAIN) || error == AVERROR_EOF) return Done{};
        if (error < 0) return failure("encode a picture for", error);
        if (auto written = write_waiting(received_->pts); !written) return written;
        libav().av_packet_move_ref(waiting_.get(), received_.get());
        has_waiting_ = true;
    }
}

Result<Done, Failure> VideoFile::write_waiting(std::int64_t end) {
    if (!std::exchange(has_waiting_, false)) return Done{};
    waiting_->duration = end - waiting_->pts;
    auto written = write_packet(*waiting_, picture_stream);
    libav().av_packet_unref(waiting_.get());
    return written;
}

Result<Done, Failure> VideoFile::write_packet(AVPacket& packet, int stream) {
    packet.stream_index = stream;
    int error = libav().av_write_frame(output_.get(), &packet);
    // What the disk refused may show only here: writing is buffered.
    if (error >= 0) error = output_->pb->error;
    if (error < 0) return failure("write", error);
    return Done{};
}

Failure VideoFile::failure(std::string_view doing, int error) const {
    return {ErrorCode::system,
            fmt::format("cannot {} {}: {}", doing, path_, libav_error(error)),
            error == AVERROR(ENOSPC) ? "make room on the disk; what was written before is kept"
                                     : "check the path, its permissions and the disk"};
}

} // namespace sumac::tool
