# Net::EPP (Debian's libnet-epp-perl) against the simulated registry: log in, look, hold, look, take off, log out.
use strict; use warnings;
use Net::EPP::Simple;
use Net::EPP::Frame::Command::Update::Domain;
my ($port, $tls, $name) = @ARGV;
my $epp = Net::EPP::Simple->new(
    host => '127.0.0.1', port => $port, user => 'registry', pass => 'own-secret', verify => 1, load_config => 0,
    ca_file => "$tls/ca.pem", cert => "$tls/node.pem", key => "$tls/node.key", passphrase => '', timeout => 5,
) or die "login: $Net::EPP::Simple::Code $Net::EPP::Simple::Error\n";
print join(',', sort @{$epp->domain_info($name)->{status}}), "\n";
sub update {
    my ($how, $status) = @_;
    my $frame = Net::EPP::Frame::Command::Update::Domain->new;
    $frame->setDomain($name);
    $how eq 'add' ? $frame->addStatus($status) : $frame->remStatus($status);
    my $answer = $epp->request($frame);
    my ($result) = $answer->getElementsByLocalName('result');
    print "$how $status ", $result->getAttribute('code'), "\n";
}
update('add', 'serverHold');
print join(',', sort @{$epp->domain_info($name)->{status}}), "\n";
update('add', 'clientHold');
update('rem', 'serverHold');
print join(',', sort @{$epp->domain_info($name)->{status}}), "\n";
$epp->logout;
