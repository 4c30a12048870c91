/// Ring: sound between the one thread that writes it and the one that plays it. Lock-free, without
/// allocation: a device's callback may read from it.
///
/// Frames are numbered from 0 in the order in which they were written.
#pragma once

#include "audio/sound.h"

#include <algorithm>
#include <atomic>
#include <span>

namespace sumac::audio {

class Ring {
public:
    Ring(std::uint32_t channels, std::size_t capacity_frames)
        : channels_(channels), capacity_(capacity_frames), samples_(capacity_frames * channels) {}

    /// The writer's. What does not fit is left out; returns the frames that were written.
    std::size_t write(std::span<const std::int16_t> samples) {
        const std::uint64_t end = written_.load(std::memory_order_relaxed);
        const std::uint64_t begin = read_.load(std::memory_order_acquire);
        const std::size_t frames = std::min(samples.size() / channels_, capacity_ - (end - begin));
        for (std::size_t i = 0; i < frames * channels_; ++i)
            samples_[(end * channels_ + i) % samples_.size()] = samples[i];
        written_.store(end + frames, std::memory_order_release);
        return frames;
    }

    /// The reader's. Returns the frames that were there; the rest of `samples` is left as it is.
    std::size_t read(std::span<std::int16_t> samples) {
        const std::size_t frames = peek(samples);
        skip(frames);
        return frames;
    }

    /// The reader's: as read, but nothing is taken away.
    std::size_t peek(std::span<std::int16_t> samples) const {
        const std::uint64_t begin = read_.load(std::memory_order_relaxed);
        const std::size_t frames = std::min(samples.size() / channels_, readable(begin));
        for (std::size_t i = 0; i < frames * channels_; ++i)
            samples[i] = samples_[(begin * channels_ + i) % samples_.size()];
        return frames;
    }

    /// The reader's: as read, without looking.
    std::size_t skip(std::uint64_t frames) {
        const std::uint64_t begin = read_.load(std::memory_order_relaxed);
        const std::size_t skipped = std::min<std::uint64_t>(frames, readable(begin));
        read_.store(begin + skipped, std::memory_order_release);
        return skipped;
    }

    /// The reader's: only the newest `frames` stay. Returns how many went.
    std::size_t keep(std::uint64_t frames) {
        const std::uint64_t there = level();
        return there > frames ? skip(there - frames) : 0;
    }

    // Either thread.
    std::uint64_t frames_written() const { return written_.load(std::memory_order_acquire); }
    std::uint64_t frames_read() const { return read_.load(std::memory_order_acquire); }
    std::size_t level() const { return frames_written() - frames_read(); }
    std::uint32_t channels() const { return channels_; }
    std::size_t capacity() const { return capacity_; }

private:
    std::size_t readable(std::uint64_t begin) const {
        return written_.load(std::memory_order_acquire) - begin;
    }

    const std::uint32_t channels_;
    const std::size_t capacity_;
    Samples samples_;
    std::atomic<std::uint64_t> written_{0};
    std::atomic<std::uint64_t> read_{0};
};

} // namespace sumac::audio
