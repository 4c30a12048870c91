/// What happens to a display, on its way from the session's thread to the encoder's.
#pragma once

#include "pixels.h"
#include <sumac/time.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <variant>
#include <vector>

namespace sumac::tool {

/// The display exists anew, black.
struct DisplayCreated {
    Size size;
    LocalTime at;
};

/// The display shows a new picture: the one before with `patch` applied.
struct PictureChanged {
    Patch patch;
    LocalTime at;
};

/// This is heard, from `at` on.
struct SoundHeard {
    std::vector<std::int16_t> samples; ///< in SoundView's format
    LocalTime at;
};

/// Nothing of all that for a while.
struct Quiet {};

using Change = std::variant<DisplayCreated, PictureChanged, SoundHeard, Quiet>;

/// A bounded queue of changes. Full: the session's thread waits, which throttles the server;
/// no picture is ever dropped. Sound has some room of its own beyond that and is dropped where it
/// is full too, because the thread that it comes from must not wait. One thread pushes, one pops,
/// any may close or look.
class ChangeQueue {
public:
    /// Half a second of full HD at 30 pictures/s with everything moving: longer than a disk usually
    /// stalls, and small beside a desktop's memory. A small change counts what it holds, so an idle
    /// desktop's changes of minutes fit.
    static constexpr std::size_t default_capacity_bytes = std::size_t{128} * 1024 * 1024;
    /// Per change, for its own objects; it bounds the number of empty changes.
    static constexpr std::size_t change_bytes = 256;

    /// A minute and a half of sound.
    static constexpr std::size_t sound_reserve_bytes = std::size_t{16} * 1024 * 1024;

    struct Fill {
        std::size_t changes = 0;
        std::size_t bytes = 0;
    };

    static constexpr Duration default_patience{10'000'000};

    explicit ChangeQueue(std::size_t capacity_bytes = default_capacity_bytes,
                         Duration patience = default_patience)
        : capacity_bytes_(capacity_bytes), patience_(patience) {}

    /// Waits until there is room or the queue is closed. A change larger than the capacity waits
    /// until the queue is empty. False: closed, and the change is gone.
    bool push(Change change);
    /// Never waits. False: there is no room, or the queue is closed, and the sound is gone.
    bool offer(SoundHeard sound);
    /// Waits for a change; Quiet where none comes for so long as the queue's patience lasts. Empty
    /// once the queue is closed and drained.
    std::optional<Change> pop();
    /// No push succeeds any more; what waits can still be popped.
    void close();

    /// A patch with memory to reuse, or a new one. Fresh memory of full HD size costs more page
    /// faults than the copying itself.
    Patch take_spare();
    void give_spare(Patch patch);

    Fill fill() const;

private:
    static constexpr std::size_t max_spares = 4;

    struct Waiting {
        Change change;
        std::size_t bytes = 0;
    };

    const std::size_t capacity_bytes_;
    const Duration patience_;
    mutable std::mutex mutex_; ///< guards all below
    std::condition_variable has_room_;
    std::condition_variable has_change_;
    std::deque<Waiting> changes_;
    std::size_t bytes_ = 0;
    bool closed_ = false;
    std::vector<Patch> spares_;
};

} // namespace sumac::tool
