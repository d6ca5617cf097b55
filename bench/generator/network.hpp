// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_BENCH_GENERATOR_NETWORK_HPP
#define FLOWLOG_BENCH_GENERATOR_NETWORK_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "columns.hpp"
#include "pieces.hpp"
#include "random.hpp"

namespace bench {

/// A network interface of the made-up cloud.
struct interface {
    std::array<std::string_view, 2> address;  ///< v4, v6
    std::string_view id, account, vpc, subnet, instance, az, attachment, type, service;
};

/// A host outside of it.
struct remote {
    std::string_view address;
    std::string_view service;  ///< the AWS service that it belongs to, or -
};

/// The interfaces and hosts that talk: all texts are ready-made. Popular ones come first.
class network {
public:
    network(std::uint32_t interfaces, std::uint32_t remotes, std::uint64_t seed) : draw_{seed} {
        interfaces_.reserve(interfaces);
        for (std::uint32_t i = 0; i < interfaces; ++i) interfaces_.push_back(make_interface(i));
        for (auto const v6 : {false, true}) {
            auto& all = remotes_[v6];
            auto const count = v6 ? remotes / 4 + 1 : remotes;
            all.reserve(count);
            for (std::uint32_t i = 0; i < count; ++i) {
                all.push_back({pool_.add(v6 ? global_v6() : public_v4()), some_service()});
            }
        }
    }

    [[nodiscard]] auto size() const noexcept -> std::uint32_t {
        return static_cast<std::uint32_t>(interfaces_.size());
    }
    [[nodiscard]] auto at(std::uint32_t i) const noexcept -> interface const& {
        return interfaces_[i];
    }
    [[nodiscard]] auto remotes(bool v6) const noexcept -> std::vector<remote> const& {
        return remotes_[v6];
    }

    /// The text of a column that is the same in all records of an interface.
    auto text(column c, std::uint32_t i, int version) -> std::string;

    auto keep(std::string_view text) -> std::string_view { return pool_.add(text); }

private:
    auto make_interface(std::uint32_t i) -> interface;
    auto public_v4() -> std::string;
    auto global_v6() -> std::string;
    auto hex(std::size_t digits) -> std::string;
    auto some_service() -> std::string_view;

    random draw_;
    piece_pool pool_;
    std::vector<interface> interfaces_;
    std::array<std::vector<remote>, 2> remotes_;
};

inline auto network::hex(std::size_t digits) -> std::string {
    auto text = std::string{};
    for (std::size_t i = 0; i < digits; ++i) text += "0123456789abcdef"[draw_.below(16)];
    return text;
}

inline auto network::make_interface(std::uint32_t i) -> interface {
    auto const vpc = i % 8;
    auto const subnet = vpc * 3 + i / 8 % 3;
    auto made = interface{};
    made.address[0] = pool_.add("10." + std::to_string(subnet) + '.' +
                                std::to_string(i / 250 % 256) + '.' + std::to_string(4 + i % 250));
    made.address[1] = pool_.add("2600:1f18:4a3:" + std::to_string(6900 + subnet) + ':' + '1' +
                                hex(3) + ":2" + hex(3) + ":3" + hex(3) + ":4" + hex(3));
    made.id = pool_.add("eni-0" + hex(16));
    made.account = pool_.add(std::to_string(123456789010 + vpc / 2 * 111));
    made.vpc = pool_.add("vpc-0" + std::to_string(1000 + vpc) + "abcdef012345");
    made.subnet = pool_.add("subnet-0" + std::to_string(1000 + subnet) + "fedcba987654");
    made.instance = pool_.add(draw_.below(10) == 0 ? "-" : "i-0" + hex(16));
    made.az = pool_.add("use1-az" + std::to_string(1 + i / 8 % 3));
    made.attachment = pool_.add("tgw-attach-0" + std::to_string(1000 + vpc) + "c0ffee123456");
    made.type = pool_.add(draw_.below(20) == 0 ? "nat_gateway" : "-");
    made.service = pool_.add("-");
    return made;
}

inline auto network::public_v4() -> std::string {
    auto const first = 11 + draw_.below(116);  // 11 … 126: no private, loopback or multicast ones
    auto text = std::to_string(first);
    for (auto octet = 0; octet < 3; ++octet) text += '.' + std::to_string(draw_.below(256));
    return text;
}

/// A quarter of them with a run of zeros, as RFC 5952 writes it.
inline auto network::global_v6() -> std::string {
    auto const group = [&] {
        auto const text = hex(4);
        auto const first = text.find_first_not_of('0');
        return first == text.npos ? std::string{"1"} : text.substr(first);
    };
    auto text = std::string{"2a0"} + "0123456789abcdef"[draw_.below(16)];
    auto const shortened = draw_.below(4) == 0;
    for (auto groups = 0; groups < (shortened ? 2 : 6); ++groups) text += ':' + group();
    return text + (shortened ? "::" : ":") + group();
}

inline auto network::some_service() -> std::string_view {
    static constexpr auto names = std::to_array<std::string_view>(
        {"AMAZON", "S3", "EC2", "DYNAMODB", "CLOUDFRONT", "ROUTE53"});
    auto const i = draw_.below(20);
    return pool_.add(i < names.size() ? names[i] : "-");
}

inline auto network::text(column c, std::uint32_t i, int version) -> std::string {
    auto const& eni = interfaces_[i];
    auto const number = std::to_string(i % 97);
    auto const in_ecs = i % 4 == 0;
    auto const ecs = [&](std::string_view text) {
        return in_ecs ? std::string{text} + number : std::string{"-"};
    };
    switch (c) {
        case column::version: return std::to_string(version);
        case column::account_id: return std::string{eni.account};
        case column::interface_id: return std::string{eni.id};
        case column::vpc_id: return std::string{eni.vpc};
        case column::subnet_id: return std::string{eni.subnet};
        case column::instance_id: return std::string{eni.instance};
        case column::region: return "us-east-1";
        case column::az_id: return std::string{eni.az};
        case column::ecs_cluster_arn: return ecs("arn:aws:ecs:us-east-1:123456789010:cluster/c");
        case column::ecs_cluster_name: return ecs("c");
        case column::ecs_container_instance_arn:
            return ecs("arn:aws:ecs:us-east-1:123456789010:container-instance/c/");
        case column::ecs_container_instance_id:
        case column::ecs_container_id:
        case column::ecs_task_id: return in_ecs ? hex(32) : "-";
        case column::ecs_service_name: return ecs("service-");
        case column::ecs_task_definition_arn:
            return ecs("arn:aws:ecs:us-east-1:123456789010:task-definition/d:");
        case column::ecs_task_arn: return ecs("arn:aws:ecs:us-east-1:123456789010:task/c/");
        case column::instance_tag: return "team%20" + number;
        case column::interface_tag: return "prod";
        case column::asg_tag: return "asg-" + number;
        case column::interface_type: return std::string{eni.type};
        case column::resource_type: return "TransitGateway";
        case column::tgw_id: return "tgw-0123456789abcdef0";
        case column::tgw_attachment_id: return std::string{eni.attachment};
        default: return "-";
    }
}

}  // namespace bench

#endif
