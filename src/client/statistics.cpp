#include "client/statistics.h"

#include "wire/names.h"

#include <algorithm>

namespace sumac::client {

using Lock = std::lock_guard<std::mutex>;

void Statistics::vm_name(const std::string& name) {
    const Lock lock{mutex_};
    report_.vm_name = name;
}

void Statistics::server(const std::string& name) {
    const Lock lock{mutex_};
    report_.server = name;
}

void Statistics::migration(std::uint64_t number, const MigrationReport& migration) {
    const Lock lock{mutex_};
    migrations_[number] = migration;
    if (migrations_.size() > max_reported_migrations) migrations_.erase(migrations_.begin());
}

void Statistics::channel_opened(ChannelId id, bool tls) {
    const Lock lock{mutex_};
    ChannelReport& channel = channels_[id];
    channel.type = wire::channel_type_name(id.type);
    channel.id = id.id;
    channel.tls = tls;
}

void Statistics::messages(ChannelId id, std::uint64_t count, std::uint64_t bytes_so_far) {
    const Lock lock{mutex_};
    ChannelReport& channel = channels_[id];
    channel.messages += count;
    channel.bytes = bytes_so_far;
}

void Statistics::damaged(ChannelId id, std::string_view what) {
    const Lock lock{mutex_};
    ++channels_[id].damaged[std::string{what}];
}

void Statistics::ignored(ChannelId id, std::string_view what) {
    const Lock lock{mutex_};
    ++channels_[id].ignored[std::string{what}];
}

void Statistics::drawn(std::span<const DrawnOperation> operations, LocalTime now) {
    const Lock lock{mutex_};
    if (!draw_delay_) draw_delay_ = std::make_unique<Histogram>();
    std::uint64_t* count = nullptr;
    std::string_view counted;
    for (const DrawnOperation& operation : operations) {
        if (operation.name != counted) count = &report_.draws[std::string{operation.name}];
        counted = operation.name;
        ++*count;
        draw_delay_->add(now - operation.arrived);
    }
}

void Statistics::not_drawn(std::string_view what) {
    const Lock lock{mutex_};
    ++report_.not_drawn[std::string{what}];
}

void Statistics::stream_created(StreamKey key, const StreamReport& stream) {
    const Lock lock{mutex_};
    streams_[key].report = stream;
    if (streams_.size() <= max_reported_streams) return;
    const auto oldest = streams_.begin();
    older_.report.codec = "older streams";
    older_.report.frames_received += oldest->second.report.frames_received;
    older_.report.frames_presented += oldest->second.report.frames_presented;
    for (const auto& [reason, count] : oldest->second.report.frames_skipped)
        older_.report.frames_skipped[reason] += count;
    older_.report.longest_gap_ms =
        std::max(older_.report.longest_gap_ms, oldest->second.report.longest_gap_ms);
    streams_.erase(oldest);
}

Statistics::StreamCounts& Statistics::counts(StreamKey key) {
    const auto found = streams_.find(key);
    return found == streams_.end() ? older_ : found->second;
}

void Statistics::frame_received(StreamKey key) {
    const Lock lock{mutex_};
    ++counts(key).report.frames_received;
}

void Statistics::frame_presented(StreamKey key, LocalTime arrived, LocalTime presented) {
    const Lock lock{mutex_};
    StreamCounts& stream = counts(key);
    ++stream.report.frames_presented;
    if (!stream.delay) stream.delay = std::make_unique<Histogram>();
    stream.delay->add(presented - arrived);
    if (stream.last_presented) {
        const auto gap_ms =
            static_cast<double>((presented - *stream.last_presented).count()) / 1000;
        stream.report.longest_gap_ms = std::max(stream.report.longest_gap_ms, gap_ms);
    }
    stream.last_presented = presented;
}

void Statistics::frame_skipped(StreamKey key, std::string_view reason) {
    const Lock lock{mutex_};
    ++counts(key).report.frames_skipped[std::string{reason}];
}

void Statistics::sound_device(std::string_view name) {
    const Lock lock{mutex_};
    report_.audio.device = name;
}

void Statistics::sound_packet() {
    const Lock lock{mutex_};
    ++report_.audio.packets;
}

void Statistics::sound(std::uint64_t underruns, Duration discarded) {
    const Lock lock{mutex_};
    report_.audio.underruns = underruns;
    report_.audio.discarded_ms = static_cast<double>(discarded.count()) / 1000;
}

void Statistics::sound_buffered(Duration buffered) {
    const Lock lock{mutex_};
    if (!buffered_) buffered_ = std::make_unique<Histogram>();
    buffered_->add(buffered);
}

void Statistics::sound_device_lost() {
    const Lock lock{mutex_};
    ++report_.audio.device_lost;
}

void Statistics::skew(Duration skew) {
    const Lock lock{mutex_};
    if (!skew_) skew_ = std::make_unique<Histogram>();
    skew_->add(std::chrono::abs(skew));
}

void Statistics::clock(std::string_view source,
                       std::uint64_t epochs,
                       std::optional<double> drift_ppm) {
    const Lock lock{mutex_};
    report_.clock_source = source;
    report_.clock_epochs = epochs;
    report_.drift_ppm = drift_ppm;
}

SessionReport Statistics::report() const {
    const Lock lock{mutex_};
    SessionReport report = report_;
    for (const auto& [id, channel] : channels_)
        report.channels.push_back(channel);
    for (const auto& [number, migration] : migrations_)
        report.migrations.push_back(migration);
    const auto add = [&](const StreamCounts& counted) {
        StreamReport& stream = report.streams.emplace_back(counted.report);
        if (counted.delay) stream.delay_ms = counted.delay->distribution();
        stream.frames_waiting = stream.frames_received - stream.frames_presented;
        for (const auto& [reason, count] : stream.frames_skipped)
            stream.frames_waiting -= count;
    };
    if (buffered_) report.audio.buffered_ms = buffered_->distribution();
    if (skew_) report.audio.skew_ms = skew_->distribution();
    if (draw_delay_) report.draw_delay_ms = draw_delay_->distribution();
    if (!older_.report.codec.empty()) add(older_);
    for (const auto& [key, counted] : streams_)
        add(counted);
    return report;
}

} // namespace sumac::client
