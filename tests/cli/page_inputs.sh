# SPDX-License-Identifier: BSL-1.0
# page_inputs.sh: makes, in the current folder, what the commands of the guides name. A script sources it after cases.sh.

# The folder `logs`, a list of addresses and tables: what docs/recipes.md names.
make_logs() {
    mkdir -p logs
    awk 'BEGIN {
        print "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status vpc-id " \
            "subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region flow-direction"
        for (i = 0; i < 400; ++i) {
            start = 1714557600 + (i < 280 ? 0 : i * 400)
            source = i < 280 ? "8.8.4.9" : i % 7 ? "10.0.1." i % 9 : i % 2 ? "2001:db8::" i % 5 : "8.8.4." i % 5
            target = i % 5 ? "10.0.2." i % 4 : i % 3 ? "10.0.1.5" : "1.1.1." i % 3
            port = 1 + (i * 37) % 60000
            if (i % 3 == 0) port = i % 2 ? 22 : 3389
            if (i % 11 == 0) port = 443
            print 5, "123456789010", "eni-" i % 3, source, target, 40000 + i, port, i % 5 ? 6 : 17, i % 10 ? i + 1 : 2000,
                i % 20 == 5 ? 600000000 : 40 * (i % 10 ? i + 1 : 3), start, start + 60,
                i % 4 ? "ACCEPT" : "REJECT", "OK", "vpc-1", "subnet-" i % 3, i % 4 ? "i-" i % 3 : "-", i % 8 ? 19 : 2,
                source ~ /:/ ? "IPv6" : "IPv4", i % 3 ? source : "10.0.9.9", i % 40 == 7 ? "52.95.128.179" : target, "eu-west-1", i % 2 ? "ingress" : "egress"
        }
        print 5, "123456789010", "eni-1 - - - - - - - 1714557600 1714557660 - SKIPDATA vpc-1 - - - - - - eu-west-1 -"
    }' >logs/vpc.log
    printf '# bad\n8.8.4.0/30\n1.1.1.2\n' >bad.txt
    printf 'cidr,label\n10.0.1.0/24,web\n10.0.2.0/24,data\n' >subnets.csv
    printf 'dstport,protocol,tag\n443,tcp,web\n22,tcp,ssh\n' >lookup_table.csv
}

# vpc_log SECONDS: a log of AWS's default format that begins then, on standard output.
vpc_log() {
    awk -v begin="$1" 'BEGIN {
        split("443 443 443 443 22 443 5432", ports)
        for (i = 0; i < 160; ++i)
            print 2, "123456789012", "eni-" i % 3, i % 9 ? "10.0.1." i % 4 + 5 : "203.0.113." i % 5 + 1, "10.0.2." i % 3 + 1, 40000 + i,
                ports[i % 7 + 1], 6, i % 11 + 1, 1500 * (i % 11 + 1), begin + 14 * i, begin + 14 * i + 50, i % 13 ? "ACCEPT" : "REJECT", "OK"
    }'
}

# put_object ACCOUNT SECONDS: an object of a bucket of AWS's, which is a folder here.
put_object() {
    local folder
    folder=bucket/AWSLogs/$1/vpcflowlogs/us-east-1/$(date -u -d "@$2" +%Y/%m/%d)
    mkdir -p "$folder"
    { echo 'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status'; vpc_log "$2"; } |
        gzip >"$folder/$1_vpcflowlogs_us-east-1_fl-01234567_$(date -u -d "@$2" +%Y%m%dT%H%MZ)_0a1b2c3d.log.gz"
}

# What docs/cli.md, filter.md, performance.md and scale.md name.
make_inputs() {
    make_logs
    vpc_log 1714557600 >vpc.log
    vpc_log 1714471200 >monday.log
    vpc_log 1714557600 | sed 's/10\.0\.2\.3/10.0.2.4/' >tuesday.log
    gzip -c monday.log >baseline.log.gz
    gzip -c logs/vpc.log >logs/more.log.gz
    gzip -c vpc.log >vpc.log.gz
    head -200 logs/vpc.log >logs/a.log
    sed '2,200d' logs/vpc.log >logs/b.log
    cp vpc.log flow_logs.txt
    cp lookup_table.csv tags.csv
    cp subnets.csv offices.csv
    printf '2 123456789010 eni-abc123de 172.31.16.139 172.31.16.21 %s 80 6 20 1000 %s ACCEPT OK\n' \
        20641 '1418530010 1418530070' 20541 '1518530010 1518530070' >two.log
    printf 'srcaddr dstaddr srcport dstport protocol packets bytes start end action tcp-flags\n%s\n%s\n%s\n' \
        '10.0.0.1 10.0.1.1 40000 443 6 10 5000 1714564925 1714564986 ACCEPT 3' \
        '10.0.1.1 10.0.0.1 443 40000 6 20 90000 1714564925 1714564986 ACCEPT 18' \
        '10.0.0.2 10.0.1.1 50000 22 6 1 60 1714565290 1714565290 REJECT 2' >conversations.log
    printf 'egress,USD\ninternet,0.09\nnat,0.045\n' >prices.csv
    put_object 123456789012 1714557600
    put_object 123456789012 $(($(date +%s) - 600))
    put_object 111111111111 1714557600
    put_object 222222222222 1714557600
    cp -r bucket copy
    cp "$archives/nfdump/v2-171-mixed.nfdump" nfcapd.2021
    cp nfcapd.2021 nfcapd.202107010000
    cp "$archives/flow-tools/v5-le.ft" ft-v05.2015-07-01
    cp "$archives/flowd/v2-v5.flowd" flows.flowd
    mkdir -p archive insights-logs-flowlogflowevent
    cp "$here/../data/cloud/azure/vnet-v4.json" PT1H.json
    cp PT1H.json insights-logs-flowlogflowevent
    printf '{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":["f"],"logEvents":[%s]}' \
        '{"id":"1","timestamp":1714557600000,"message":"10.0.0.1 443 6"}' | gzip >subscription.gz
    cp nfcapd.2021 flows.flowd archive
}
