#include "scenario_file.h"

#include "quantities.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>

#include <toml++/toml.h>

namespace sumac::faultproxy {

namespace {

/// toml++ 3.3 runs into undefined behaviour at many characters beyond ASCII. In lines that are
/// comments they do no harm once replaced. The number of the first other line that has one; 0:
/// none.
std::size_t replace_non_ascii(std::string& toml) {
    std::size_t line = 1;
    bool blank_so_far = true;
    bool comment = false;
    for (char& c : toml) {
        const bool ascii = static_cast<unsigned char>(c) < 0x80;
        if (!ascii && !comment) return line;
        if (!ascii) c = '?';
        if (c == '#' && blank_so_far) comment = true;
        blank_so_far = blank_so_far && (c == ' ' || c == '\t');
        if (c != '\n') continue;
        ++line;
        blank_so_far = true;
        comment = false;
    }
    return 0;
}

/// Reads one table, key by key. Remembers the first mistake, and which keys were asked for, so that
/// the others can be named as unknown.
class TableReader {
public:
    TableReader(const toml::table& table, std::string_view file, std::optional<Failure>& mistake)
        : table_(table), file_(file), mistake_(mistake) {}

    bool has(std::string_view key) const { return table_.contains(key); }
    int line() const { return static_cast<int>(table_.source().begin.line); }
    void fail(const toml::node& node, const std::string& message, const std::string& advice = {}) {
        if (mistake_) return;
        mistake_ = Failure{ErrorCode::invalid,
                           fmt::format("{}:{}: {}", file_, node.source().begin.line, message),
                           advice};
    }
    void fail(const std::string& message) { fail(table_, message); }

    /// The node of that key, which thereby is known; null if it is not there.
    const toml::node* node(std::string_view key) {
        known_.push_back(key);
        return table_.get(key);
    }
    /// A string that `parse` understands; nothing if the key is not there or wrong.
    template <class Parse>
    auto parsed(std::string_view key, Parse parse, const char* expected)
        -> decltype(parse(std::string_view{})) {
        const toml::node* const found = node(key);
        if (found == nullptr) return {};
        const auto* const text = found->as_string();
        auto value = text ? parse(text->get()) : decltype(parse(std::string_view{})){};
        if (!value) fail(*found, fmt::format("'{}' must be {}", key, expected));
        return value;
    }
    std::optional<std::string> text(std::string_view key) {
        const auto any = [](std::string_view value) {
            return value.empty() ? std::nullopt : std::optional{std::string{value}};
        };
        return parsed(key, any, "a text that is not empty");
    }
    std::optional<Duration> time(std::string_view key) {
        const auto positive = [](std::string_view value) {
            const auto parsed = parse_time(value);
            return parsed && *parsed >= Duration{0} ? parsed : std::nullopt;
        };
        return parsed(key,
                      positive,
                      "a time of 0 or more with its unit, as in \"500ms\" (us, ms, s, min, h, d)");
    }
    std::optional<std::uint64_t> number(std::string_view key, std::int64_t least) {
        const toml::node* const found = node(key);
        if (found == nullptr) return std::nullopt;
        const auto* const value = found->as_integer();
        if (value && value->get() >= least) return static_cast<std::uint64_t>(value->get());
        fail(*found, fmt::format("'{}' must be a whole number from {}", key, least));
        return std::nullopt;
    }
    bool flag(std::string_view key) {
        const toml::node* const found = node(key);
        if (found == nullptr) return false;
        if (const auto* const value = found->as_boolean()) return value->get();
        fail(*found, fmt::format("'{}' must be true or false", key));
        return false;
    }
    /// A text or a list of texts.
    std::vector<std::string> texts(std::string_view key) {
        const toml::node* const found = node(key);
        std::vector<std::string> all;
        const auto add = [&](const toml::node& one) {
            const auto* const text = one.as_string();
            if (text == nullptr || text->get().empty())
                return fail(one, fmt::format("'{}' must be a text or a list of texts", key));
            all.push_back(text->get());
        };
        if (found == nullptr) return all;
        const auto* const list = found->as_array();
        if (list == nullptr) add(*found);
        if (list != nullptr && list->empty()) fail(*found, fmt::format("'{}' is empty", key));
        if (list != nullptr) {
            for (const toml::node& one : *list)
                add(one);
        }
        return all;
    }
    /// A table below this one; nothing if the key is not there.
    std::optional<TableReader> table(std::string_view key) {
        const toml::node* const found = node(key);
        if (found == nullptr) return std::nullopt;
        if (const auto* const below = found->as_table())
            return TableReader{*below, file_, mistake_};
        fail(*found, fmt::format("'{}' must be a table", key));
        return std::nullopt;
    }
    void refuse_unknown_keys() {
        for (const auto& [key, value] : table_) {
            if (std::ranges::find(known_, key.str()) != known_.end()) continue;
            fail(value,
                 fmt::format("unknown key '{}'", shown(key.str())),
                 fmt::format("known here: {}", fmt::join(known_, ", ")));
        }
    }

private:
    const toml::table& table_;
    std::string_view file_;
    std::optional<Failure>& mistake_;
    std::vector<std::string_view> known_;
};

ListenerPlan read_listener(TableReader reader) {
    constexpr const char* address = "HOST:PORT, PORT or unix:PATH";
    ListenerPlan plan;
    plan.name = reader.text("name").value_or("");
    const auto listen = reader.parsed("listen", parse_endpoint, address);
    const auto upstream = reader.parsed("upstream", parse_endpoint, address);
    if (listen) plan.listen = *listen;
    if (upstream) plan.upstream = *upstream;
    if (!reader.has("listen") || !reader.has("upstream"))
        reader.fail("a listener needs 'listen' and 'upstream'");
    reader.refuse_unknown_keys();
    return plan;
}

/// The stamps that a word stands for; empty for a word that stands for none.
std::set<Stamp> stamps_named(std::string_view name) {
    const std::set<Stamp> frames{Stamp::stream_data, Stamp::stream_data_sized};
    const std::set<Stamp> sound{Stamp::playback_start, Stamp::playback_mode, Stamp::playback_data};
    std::set<Stamp> stamps;
    for (std::size_t i = 0; i < stamp_count; ++i) {
        const auto stamp = static_cast<Stamp>(i);
        const bool is_frame = frames.contains(stamp);
        if (name == "all" || name == to_string(stamp) || (name == "frames" && is_frame) ||
            (name == "clock" && !is_frame) || (name == "sound" && sound.contains(stamp)))
            stamps.insert(stamp);
    }
    return stamps;
}

void read_stamps(TableReader& reader, std::set<Stamp>& stamps) {
    for (const std::string& name : reader.texts("rewrite")) {
        const auto named = stamps_named(name);
        stamps.insert(named.begin(), named.end());
        if (named.empty())
            reader.fail(*reader.node("rewrite"),
                        fmt::format("cannot rewrite '{}'", shown(name)),
                        "known: frames, clock, sound, all, init, multi_media_time, stream_data, "
                        "stream_data_sized, playback_start, playback_mode, playback_data");
    }
}

std::optional<Offset> read_offset(TableReader& reader) {
    return reader.parsed("offset",
                         parse_offset,
                         "a time with its unit, as in \"28h\" or \"-3s\", or \"wrap in 3s\"");
}

Rewrite read_rewrite(TableReader& reader) {
    Rewrite rewrite;
    read_stamps(reader, rewrite.stamps);
    const auto offset = read_offset(reader);
    if (offset) rewrite.offset = *offset;
    if (!reader.has("offset")) reader.fail("a rewriting needs an 'offset'");
    return rewrite;
}

Inject read_inject(TableReader& reader) {
    Inject inject;
    const auto what = [](std::string_view text) {
        return text == "multi_media_time" ? std::optional{true} : std::nullopt;
    };
    reader.parsed("inject", what, "\"multi_media_time\"");
    if (const auto offset = read_offset(reader)) {
        const auto* const fixed = std::get_if<std::chrono::milliseconds>(&*offset);
        if (fixed) inject.offset = *fixed;
        if (!fixed) reader.fail("what is injected wraps with the rewritings: give a plain offset");
    }
    inject.while_sound_plays = reader.flag("while_sound_plays");
    return inject;
}

Effect read_cut(TableReader cut) {
    const auto message = cut.parsed("message", MessagePattern::named, "a message's name");
    const auto count = cut.number("count", 1);
    const auto byte = cut.number("byte", 0);
    cut.refuse_unknown_keys();
    if (message) return CutAtMessage{*message, count.value_or(1), byte.value_or(0)};
    if (count) cut.fail("'count' needs a 'message'");
    if (!byte) cut.fail("a cut needs a 'byte', or a 'message'");
    return CutAtByte{byte.value_or(0)};
}

Effect read_delay(TableReader& reader) {
    Delay delay;
    delay.amount = reader.time("delay").value_or(Duration{0});
    delay.jitter = reader.time("jitter").value_or(Duration{0});
    delay.seed = static_cast<std::uint32_t>(reader.number("seed", 0).value_or(1));
    return delay;
}

Effect read_effect(TableReader& reader) {
    const std::initializer_list<std::string_view> kinds{
        "delay", "stall", "rate", "cut", "rewrite", "inject"};
    if (std::ranges::count_if(kinds, [&](auto kind) { return reader.has(kind); }) != 1) {
        reader.fail(fmt::format("a fault needs exactly one of {}", fmt::join(kinds, ", ")));
        return Stall{};
    }
    if (reader.has("delay")) return read_delay(reader);
    if (reader.has("rewrite")) return read_rewrite(reader);
    if (reader.has("inject")) return read_inject(reader);
    if (auto cut = reader.table("cut")) return read_cut(*cut);
    if (const auto rate = reader.parsed(
            "rate", parse_rate, "a rate with its unit, as in \"500kB/s\" (B, kB, KiB, MB, MiB)")) {
        return Rate{*rate};
    }
    if (reader.has("stall") && !reader.flag("stall")) reader.fail("a stall is true or not there");
    return Stall{};
}

void read_channels(TableReader& reader, Fault& fault) {
    std::set<std::uint8_t> channels;
    bool all = false;
    for (const std::string& name : reader.texts("channel")) {
        const auto channel = parse_channel(name);
        if (channel) channels.insert(*channel);
        if (name == "all") all = true;
        if (!channel && name != "all")
            reader.fail(*reader.node("channel"),
                        fmt::format("unknown channel '{}'", shown(name)),
                        "known: all, main, display, inputs, cursor, playback, record, ...");
    }
    if (!all && !channels.empty()) fault.channels = channels;
}

/// A message goes in one direction only; stamps come from the server.
void settle_direction(TableReader& reader, Fault& fault) {
    bool one_way = false;
    if (const auto* const cut = std::get_if<CutAtMessage>(&fault.effect)) {
        one_way = true;
        fault.to_client = cut->message.direction() == Direction::to_client;
        fault.to_server = !fault.to_client;
    }
    const bool stamps = std::holds_alternative<Rewrite>(fault.effect) ||
                        std::holds_alternative<Inject>(fault.effect);
    if (stamps) {
        one_way = true;
        fault.to_server = false;
    }
    if (one_way && reader.has("direction"))
        reader.fail("this fault has one direction only: leave out 'direction'");
    if (stamps && reader.has("channel"))
        reader.fail("the message says which channel: leave out 'channel'");
}

Fault read_fault(TableReader reader) {
    Fault fault;
    fault.name = reader.text("name").value_or("");
    fault.listener = reader.text("listener").value_or("");
    read_channels(reader, fault);
    const auto direction = reader.text("direction").value_or("both");
    fault.to_client = direction != "to_server";
    fault.to_server = direction != "to_client";
    if (direction != "both" && fault.to_client && fault.to_server)
        reader.fail(*reader.node("direction"),
                    "'direction' must be \"to_client\", \"to_server\" or \"both\"");
    if (const auto text = reader.text("on")) {
        const auto trigger = parse_trigger(*text);
        if (trigger) fault.trigger = *trigger;
        if (!trigger)
            reader.fail(*reader.node("on"), trigger.error().message, trigger.error().advice);
    }
    fault.from = reader.time("from").value_or(Duration{0});
    fault.lasts = reader.time("for");
    fault.effect = read_effect(reader);
    settle_direction(reader, fault);
    reader.refuse_unknown_keys();
    return fault;
}

/// Calls `read` for each table of an array of tables.
template <class Read>
void for_each_table(const toml::table& root,
                    std::string_view key,
                    std::size_t most,
                    std::string_view file,
                    std::optional<Failure>& mistake,
                    Read read) {
    const toml::node* const node = root.get(key);
    if (node == nullptr) return;
    TableReader around{root, file, mistake};
    const auto* const array = node->as_array();
    if (array == nullptr) return around.fail(*node, fmt::format("write [[{}]]", key));
    if (array->size() > most) return around.fail(*node, fmt::format("more than {} {}s", most, key));
    for (const toml::node& one : *array) {
        const auto* const table = one.as_table();
        if (table == nullptr) return around.fail(one, fmt::format("write [[{}]]", key));
        read(TableReader{*table, file, mistake});
    }
}

} // namespace

Result<Scenario, Failure> parse_scenario(std::string_view toml, std::string_view name) {
    std::string ascii{toml};
    if (const std::size_t line = replace_non_ascii(ascii); line > 0) {
        return Failure{ErrorCode::unsupported,
                       fmt::format("{}:{}: a character that is not ASCII", name, line),
                       "such characters may stand in lines that begin with '#' only"};
    }
    const toml::parse_result parsed = toml::parse(std::string_view{ascii});
    if (!parsed) {
        return Failure{ErrorCode::invalid,
                       fmt::format("{}:{}: {}",
                                   name,
                                   parsed.error().source().begin.line,
                                   shown(parsed.error().description())),
                       "is it TOML?"};
    }
    const toml::table& root = parsed.table();
    std::optional<Failure> mistake;
    Scenario scenario;
    for_each_table(root, "listener", max_listeners, name, mistake, [&](TableReader reader) {
        scenario.listeners.push_back(read_listener(std::move(reader)));
    });
    for_each_table(root, "fault", max_faults, name, mistake, [&](TableReader reader) {
        scenario.faults.push_back(read_fault(std::move(reader)));
    });
    TableReader top{root, name, mistake};
    top.node("listener");
    top.node("fault");
    top.refuse_unknown_keys();
    if (mistake) return *mistake;
    return scenario;
}

Result<Scenario, Failure> settle(Scenario scenario) {
    const auto invalid = [](std::string message, std::string advice = {}) {
        return Failure{ErrorCode::invalid, std::move(message), std::move(advice)};
    };
    if (scenario.listeners.empty())
        return invalid("nowhere to listen", "give --listen and --upstream, or a [[listener]]");
    std::set<std::string> names;
    for (std::size_t i = 0; i < scenario.listeners.size(); ++i) {
        ListenerPlan& listener = scenario.listeners[i];
        if (listener.name.empty()) listener.name = std::to_string(i + 1);
        if (!names.insert(listener.name).second)
            return invalid(fmt::format("two listeners are named '{}'", shown(listener.name)));
        if (listener.upstream.path.empty() && listener.upstream.port == 0)
            return invalid(fmt::format("listener '{}': the upstream has port 0", listener.name));
    }
    for (std::size_t i = 0; i < scenario.faults.size(); ++i) {
        Fault& fault = scenario.faults[i];
        if (fault.name.empty()) fault.name = fmt::format("{} {}", effect_name(fault.effect), i + 1);
        if (!fault.listener.empty() && !names.contains(fault.listener))
            return invalid(fmt::format("the fault '{}' is for a listener '{}' that is not there",
                                       shown(fault.name),
                                       shown(fault.listener)));
    }
    return scenario;
}

} // namespace sumac::faultproxy
