#include "schedule.h"

#include <algorithm>

namespace sumac::faultproxy {

Schedule::Schedule(std::vector<Fault> faults) : faults_(std::move(faults)), runs_(faults_.size()) {}

void Schedule::start(std::size_t fault, LocalTime now) {
    Run run;
    run.triggers_seen = runs_[fault].triggers_seen;
    run.start = now + faults_[fault].from;
    if (faults_[fault].lasts) run.end = *run.start + *faults_[fault].lasts;
    runs_[fault] = run;
}

void Schedule::on_connection(LocalTime now) {
    if (connected_) return;
    connected_ = true;
    for (std::size_t i = 0; i < faults_.size(); ++i)
        if (std::holds_alternative<AtConnection>(faults_[i].trigger)) start(i, now);
}

std::size_t Schedule::fire(std::string_view name, LocalTime now) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < faults_.size(); ++i) {
        const auto* const trigger = std::get_if<AtFire>(&faults_[i].trigger);
        if (trigger == nullptr || trigger->name != name) continue;
        start(i, now);
        ++count;
    }
    return count;
}

std::size_t Schedule::stop(std::string_view name, LocalTime now) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < faults_.size(); ++i) {
        const auto* const trigger = std::get_if<AtFire>(&faults_[i].trigger);
        if (faults_[i].name != name && (trigger == nullptr || trigger->name != name)) continue;
        Run& run = runs_[i];
        if (run.start && *run.start > now) run.start.reset();
        if (run.start && (!run.end || *run.end > now)) run.end = now;
        ++count;
    }
    return count;
}

const CutAtMessage* Schedule::on_message(Direction direction,
                                         std::uint8_t channel_type,
                                         std::uint16_t type,
                                         LocalTime now) {
    for (std::size_t i = 0; i < faults_.size(); ++i) {
        const auto* const trigger = std::get_if<AtMessage>(&faults_[i].trigger);
        if (trigger == nullptr || !trigger->message.matches(direction, channel_type, type))
            continue;
        if (++runs_[i].triggers_seen == trigger->count) start(i, now);
    }
    for (std::size_t i = 0; i < faults_.size(); ++i) {
        const auto* const cut = std::get_if<CutAtMessage>(&faults_[i].effect);
        if (cut == nullptr || !acts(i, now)) continue;
        if (!faults_[i].hits(channel_type)) continue;
        if (!cut->message.matches(direction, channel_type, type)) continue;
        if (++runs_[i].cuts_seen == cut->count) return cut;
    }
    return nullptr;
}

bool Schedule::acts(std::size_t fault, LocalTime now) const {
    const Run& run = runs_[fault];
    return run.start && *run.start <= now && (!run.end || now < *run.end);
}

Weather
Schedule::weather(std::optional<std::uint8_t> channel, Direction direction, LocalTime now) const {
    Weather weather;
    const auto least = [](std::optional<std::uint64_t>& value, std::uint64_t other) {
        value = std::min(value.value_or(other), other);
    };
    for (std::size_t i = 0; i < faults_.size(); ++i) {
        const Fault& fault = faults_[i];
        if (!fault.hits(direction) || !fault.hits(channel) || !acts(i, now)) continue;
        if (const auto* const delay = std::get_if<Delay>(&fault.effect)) {
            weather.delay += delay->amount;
            weather.jitter += delay->jitter;
            weather.seed ^= delay->seed;
        }
        if (std::holds_alternative<Stall>(fault.effect)) weather.stalled = true;
        if (const auto* const rate = std::get_if<Rate>(&fault.effect))
            least(weather.rate, rate->bytes_per_second);
        if (const auto* const cut = std::get_if<CutAtByte>(&fault.effect))
            least(weather.cut_at, cut->byte);
    }
    return weather;
}

std::uint32_t Schedule::offset(Stamp stamp, std::uint32_t mm_time, LocalTime now) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < faults_.size(); ++i) {
        const auto* const rewrite = std::get_if<Rewrite>(&faults_[i].effect);
        if (rewrite == nullptr || !rewrite->stamps.contains(stamp) || !acts(i, now)) continue;
        const auto* const fixed = std::get_if<std::chrono::milliseconds>(&rewrite->offset);
        sum += fixed != nullptr ? static_cast<std::uint32_t>(fixed->count())
                                : resolve(i, mm_time + sum);
    }
    return sum;
}

/// The first of those that belong together decides for all of them.
std::uint32_t Schedule::resolve(std::size_t fault, std::uint32_t stamp_now) {
    Run& run = runs_[fault];
    if (run.resolved) return *run.resolved;
    const auto wrap = std::get<WrapIn>(std::get<Rewrite>(faults_[fault].effect).offset);
    for (std::size_t i = 0; i < faults_.size() && !run.resolved; ++i) {
        const auto* const other = std::get_if<Rewrite>(&faults_[i].effect);
        if (other == nullptr || !(faults_[i].trigger == faults_[fault].trigger)) continue;
        if (other->offset == Offset{wrap}) run.resolved = runs_[i].resolved;
    }
    if (!run.resolved) run.resolved = 0U - static_cast<std::uint32_t>(wrap.in.count()) - stamp_now;
    return *run.resolved;
}

std::optional<LocalTime> Schedule::next_change(LocalTime now) const {
    std::optional<LocalTime> next;
    const auto consider = [&](const std::optional<LocalTime>& moment) {
        if (moment && *moment > now && (!next || *moment < *next)) next = moment;
    };
    for (const Run& run : runs_) {
        consider(run.start);
        consider(run.end);
    }
    return next;
}

std::vector<FaultChange> Schedule::take_changes(LocalTime now) {
    std::vector<FaultChange> changes;
    for (std::size_t i = 0; i < runs_.size(); ++i) {
        Run& run = runs_[i];
        if (!run.begin_told && run.start && *run.start <= now) {
            run.begin_told = true;
            changes.push_back({i, true, *run.start});
        }
        if (run.begin_told && !run.end_told && run.end && *run.end <= now) {
            run.end_told = true;
            changes.push_back({i, false, *run.end});
        }
    }
    return changes;
}

} // namespace sumac::faultproxy
