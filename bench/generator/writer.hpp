// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_BENCH_GENERATOR_WRITER_HPP
#define FLOWLOG_BENCH_GENERATOR_WRITER_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "columns.hpp"
#include "network.hpp"
#include "pieces.hpp"
#include "random.hpp"
#include "services.hpp"

namespace bench {

/// What the records are like.
struct traffic {
    double ipv6 = 0.05;    ///< share of the conversations
    double nodata = 0.01;  ///< share of the lines
    double skipdata = 0.0005;
    std::uint32_t interfaces = 2000;
    std::uint32_t remotes = 50'000;
    std::uint32_t connections = 0;  ///< that go on all the time; 0: each conversation is a new one
    std::uint64_t start =
        1'716'163'200;                ///< Unix seconds of the first record: 2024-05-20 00:00 UTC
    std::uint32_t per_second = 1000;  ///< records in a second of the log's time
    std::uint64_t seed = 1;
};

enum class line_kind : std::uint8_t { flow, nodata, skipdata };

/// Writes lines of a log, one after the other. Records belong to conversations: a request to a
/// service, then one answer or two to the client's ephemeral port. One conversation in 14 has no
/// answer (rejected, ICMP, other protocols) and so many have two that half of all records are
/// answers. 1,024 conversations go on at a time.
class log_writer {
public:
    log_writer(layout of, traffic const& what)
        : columns_{std::move(of)},
          what_{what},
          draw_{what.seed},
          network_{what.interfaces, what.remotes, what.seed ^ 0xc0ffee},
          mix_{draw_},
          second_{what.start},
          nodata_{threshold(what.nodata)},
          skipdata_{nodata_ + threshold(what.skipdata)} {
        compile();
        tick();
    }

    /// The most bytes that `line()` writes past `out`.
    [[nodiscard]] auto longest() const noexcept -> std::size_t { return columns_.size() * 128; }

    /// Writes a line with its line feed and returns its end.
    auto line(char* out) -> char* {
        if (left_++ == what_.per_second) {
            ++second_;
            tick();
        }
        auto const bits = draw_();
        auto const roll = bits >> 32;
        if (roll < skipdata_) return empty_line(out, roll < nodata_, bits);
        auto& talk = talks_[bits % talks_.size()];
        auto const answer = talk.answers > 0;
        if (answer) {
            --talk.answers;
        } else {
            talk = what_.connections == 0 ? converse(draw_) : resume();
        }
        fill(talk, answer);
        kind_ = line_kind::flow;
        return write(out, talk.local);
    }

    /// What the last line was.
    [[nodiscard]] auto kind() const noexcept -> line_kind { return kind_; }

private:
    struct conversation {
        remote peer{};
        std::uint32_t local = 0;
        std::uint32_t other = 0;  ///< the interface of the other side, if it has one
        std::uint16_t service = 0;
        std::uint16_t client_port = 0;
        std::uint8_t protocol = 0;
        std::uint8_t answers = 0;
        bool local_asks = false;
        bool v6 = false;
        bool rejected = false;
    };

    /// A part of a line: a run of columns that are the same for an interface, or one that is not.
    /// Numbers are written straight to the line: copies of what was just written would wait for it.
    struct segment {
        enum class kind : std::uint8_t { run, text, number } kind;
        std::uint8_t index;  ///< the number of the run, or the column
    };

    static auto threshold(double share) -> std::uint64_t {
        return static_cast<std::uint64_t>(std::clamp(share, 0.0, 1.0) * 4294967296.0);
    }

    static auto written_as_number(column c) noexcept -> bool {
        return (info(c).number && c != column::start && c != column::end) ||
               c == column::tcp_flags || c == column::encryption_status ||
               c >= column::packets_lost_no_route;
    }

    void compile();
    void tick();
    auto converse(random& draw) -> conversation;
    auto resume() -> conversation;
    static void single(conversation& talk, std::uint64_t bits);
    void fill(conversation const& talk, bool answer);
    void fill_more(conversation const& talk, bool outgoing);
    void measure();

    auto empty_line(char* out, bool nodata, std::uint64_t bits) -> char* {
        kind_ = nodata ? line_kind::nodata : line_kind::skipdata;
        auto const status = nodata ? piece<"NODATA"> : piece<"SKIPDATA">;
        auto const* const runs = runs_.data() + bits % network_.size() * run_count_;
        for (auto const part : segments_) {
            auto const c = static_cast<column>(part.index);
            out = put(out, part.kind == segment::kind::run ? runs[part.index]
                           : c == column::start            ? ends_[0]
                           : c == column::end              ? ends_[59]
                           : c == column::log_status       ? status
                                                           : piece<"-">);
            *out++ = ' ';
        }
        out[-1] = '\n';
        return out;
    }

    auto write(char* out, std::uint32_t local) const noexcept -> char* {
        auto const* const runs = runs_.data() + std::size_t{local} * run_count_;
        for (auto const part : segments_) {
            if (part.kind == segment::kind::number) {
                out = put(out, numbers_[part.index]);
            } else {
                out = put(out,
                          part.kind == segment::kind::run ? runs[part.index] : texts_[part.index]);
            }
            *out++ = ' ';
        }
        out[-1] = '\n';
        return out;
    }

    void set(column c, std::string_view text) noexcept {
        texts_[static_cast<std::size_t>(c)] = text;
    }
    void set(column c, std::uint64_t number) noexcept {
        numbers_[static_cast<std::size_t>(c)] = number;
    }

    layout columns_;
    traffic what_;
    random draw_;
    network network_;
    service_mix mix_;
    std::array<conversation, 1024> talks_{};
    std::vector<segment> segments_;
    std::size_t run_count_ = 0;
    std::vector<std::string_view> runs_;  ///< run_count_ texts for each interface
    std::array<std::string_view, column_count> texts_{};
    std::array<std::uint64_t, column_count> numbers_{};
    std::array<std::array<char, 32>, 60> end_texts_{};
    std::array<std::string_view, 60> ends_{};
    std::uint64_t second_;
    std::uint32_t left_ = 0;
    std::uint64_t nodata_;
    std::uint64_t skipdata_;
    bool more_ = false;  ///< whether there are columns that are not in the v2 layout
    line_kind kind_{};
};

inline void log_writer::compile() {
    auto runs = std::vector<layout>{};
    auto in_run = false;
    for (auto const c : columns_) {
        if (!info(c).of_interface) {
            auto const kind = written_as_number(c) ? segment::kind::number : segment::kind::text;
            segments_.push_back({kind, static_cast<std::uint8_t>(c)});
            more_ = more_ || c > column::log_status;
        } else if (in_run) {
            runs.back().push_back(c);
        } else {
            segments_.push_back({segment::kind::run, static_cast<std::uint8_t>(runs.size())});
            runs.push_back({c});
        }
        in_run = info(c).of_interface;
    }
    run_count_ = runs.size();
    auto const version = format_version(columns_);
    for (std::uint32_t i = 0; i < network_.size(); ++i) {
        for (auto const& run : runs) {
            auto text = std::string{};
            for (auto const c : run)
                (text += text.empty() ? "" : " ") += network_.text(c, i, version);
            runs_.push_back(network_.keep(text));
        }
    }
    texts_.fill(piece<"-">);
}

inline void log_writer::tick() {
    left_ = 1;
    for (std::size_t i = 0; i < ends_.size(); ++i) {
        auto* const end = put(end_texts_[i].data(), second_ + i);
        ends_[i] = {end_texts_[i].data(), static_cast<std::size_t>(end - end_texts_[i].data())};
    }
    set(column::start, ends_[0]);
}

inline auto log_writer::converse(random& draw) -> conversation {
    auto talk = conversation{};
    auto const bits = draw();
    auto const more = draw();
    auto const u = more & 0xffff;
    talk.local = scale16(u * u >> 16, network_.size());  // the first ones talk most
    talk.v6 = (more >> 16 & 0xffff) < threshold(what_.ipv6) >> 16;
    talk.local_asks = more >> 32 & 1;
    talk.other = scale16(more >> 33, network_.size());
    if ((more >> 49 & 7) < 5) {
        auto const& other = network_.at(talk.other);
        talk.peer = {other.address[talk.v6], other.service};
    } else {
        auto const& remotes = network_.remotes(talk.v6);
        auto const w = bits >> 20 & 0xffff;
        talk.peer = remotes[scale16(w * w >> 16, static_cast<std::uint32_t>(remotes.size()))];
    }
    auto const& asked = mix_[bits];
    talk.service = asked.port;
    talk.protocol = asked.protocol;
    talk.client_port = ephemeral_port(asked.protocol, bits >> 40);
    auto const roll = draw() & 0xffff;
    if (roll < 65536 * 7 / 100) {
        single(talk, draw());
    } else {
        talk.answers = 65536 - roll < 65536 * 7 / 100 ? 2 : 1;
    }
    return talk;
}

/// One of the connections that go on, which always draws the same.
inline auto log_writer::resume() -> conversation {
    auto draw = random{what_.seed ^ 0xc0117ac7 ^ draw_.below(what_.connections)};
    return converse(draw);
}

/// A conversation without an answer: 20 % ICMP, 7 % other protocols, the rest rejected, half of
/// these port scans.
inline void log_writer::single(conversation& talk, std::uint64_t bits) {
    auto const roll = bits & 0xff;
    if (roll < 51) {
        talk.protocol = talk.v6 ? icmp6 : icmp;
        talk.service = talk.client_port = 0;
    } else if (roll < 70) {
        talk.protocol = other_protocols[bits >> 8 & 15];
        talk.service = talk.client_port = talk.protocol == sctp ? 3868 : 0;
    } else {
        talk.rejected = true;
        if (roll < 160) {
            talk.protocol = tcp;
            talk.local_asks = false;
            talk.service = static_cast<std::uint16_t>(1 + scale16(bits >> 16, 1023));
        }
    }
}

inline void log_writer::fill(conversation const& talk, bool answer) {
    auto const outgoing = talk.local_asks != answer;
    auto const local = network_.at(talk.local).address[talk.v6];
    set(column::srcaddr, outgoing ? local : talk.peer.address);
    set(column::dstaddr, outgoing ? talk.peer.address : local);
    set(column::srcport, answer ? talk.service : talk.client_port);
    set(column::dstport, answer ? talk.client_port : talk.service);
    set(column::protocol, talk.protocol);
    set(column::action, talk.rejected ? piece<"REJECT"> : piece<"ACCEPT">);
    set(column::log_status, piece<"OK">);
    measure();
    if (more_) fill_more(talk, outgoing);
}

/// Packets, bytes and length of the window: mostly small, one in 4,096 with more than 32 bits of
/// bytes possible.
inline void log_writer::measure() {
    static constexpr auto masks = std::array<std::uint32_t, 16>{
        0, 0, 3, 3, 7, 7, 15, 15, 15, 31, 31, 63, 63, 255, 1023, 4095};
    auto const bits = draw_();
    auto const large = (bits >> 4 & 0xfff) == 0;
    auto const packets = 1 + (bits >> 16 & (large ? 0xffffff : masks[bits & 15]));
    set(column::packets, packets);
    set(column::bytes,
        packets * (40 + scale16(bits >> 40, 1461)) + (bits >> 56 & 15) * (packets > 1));
    set(column::end, ends_[scale16(bits >> 42, 60)]);
}

inline void log_writer::fill_more(conversation const& talk, bool outgoing) {
    static constexpr auto flags = std::array<std::uint8_t, 8>{0, 0, 2, 18, 3, 19, 1, 4};
    static constexpr auto none = piece<"-">;
    static constexpr auto paths = std::array{piece<"1">, piece<"2">, piece<"3">, piece<"4">,
                                             piece<"5">, piece<"6">, piece<"7">, piece<"8">};
    auto const bits = draw_();
    auto const& from = network_.at(outgoing ? talk.local : talk.other);
    auto const& to = network_.at(outgoing ? talk.other : talk.local);
    set(column::tcp_flags, talk.protocol == tcp ? flags[bits & 7] : 0);
    set(column::type, talk.v6 ? piece<"IPv6"> : piece<"IPv4">);
    set(column::pkt_srcaddr, texts_[static_cast<std::size_t>(column::srcaddr)]);
    set(column::pkt_dstaddr, texts_[static_cast<std::size_t>(column::dstaddr)]);
    set(column::pkt_src_aws_service, outgoing ? none : talk.peer.service);
    set(column::pkt_dst_aws_service, outgoing ? talk.peer.service : none);
    set(column::flow_direction, outgoing ? piece<"egress"> : piece<"ingress">);
    set(column::traffic_path, outgoing ? paths[bits >> 8 & 7] : none);
    set(column::reject_reason, talk.rejected && (bits >> 12 & 7) == 0 ? piece<"BPA"> : none);
    set(column::encryption_status, bits >> 16 & 3);
    auto const& other = network_.at(talk.other);
    set(column::next_hop_interface_id, other.id);
    set(column::next_hop_subnet_id, other.subnet);
    set(column::next_hop_az_id, other.az);
    set(column::next_hop_vpc_id, other.vpc);
    set(column::next_hop_interface_type, other.type);
    set(column::tgw_src_vpc_account_id, from.account);
    set(column::tgw_dst_vpc_account_id, to.account);
    set(column::tgw_src_vpc_id, from.vpc);
    set(column::tgw_dst_vpc_id, to.vpc);
    set(column::tgw_src_subnet_id, from.subnet);
    set(column::tgw_dst_subnet_id, to.subnet);
    set(column::tgw_src_eni, from.id);
    set(column::tgw_dst_eni, to.id);
    set(column::tgw_src_az_id, from.az);
    set(column::tgw_dst_az_id, to.az);
    set(column::tgw_pair_attachment_id, other.attachment);
    auto const lost = (bits >> 20 & 0xff) == 0 ? bits >> 28 & 0xff : 0;
    set(column::packets_lost_no_route, lost);
    set(column::packets_lost_blackhole,
        (bits >> 36 & 0xff) == 0 ? std::uint64_t{1} : std::uint64_t{0});
    set(column::packets_lost_mtu_exceeded, std::uint64_t{0});
    set(column::packets_lost_ttl_expired, std::uint64_t{0});
}

}  // namespace bench

#endif
