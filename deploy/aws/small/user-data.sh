#!/bin/bash
# First start of the machine: an engine, the release, its settings, and up. What it printed is in
# /var/log/cloud-init-output.log. Values between @…@ are filled in by small-stack.ts.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

# A machine of 1 GB needs some room to build the images of PostgreSQL and nginx.
if [ ! -f /swapfile ]; then
  fallocate -l 1G /swapfile && chmod 600 /swapfile && mkswap /swapfile >/dev/null
  echo '/swapfile none swap sw 0 0' >>/etc/fstab
  swapon /swapfile
fi

apt-get update -qq
apt-get install -y -qq docker.io docker-compose-v2 awscli unattended-upgrades curl >/dev/null
systemctl enable --now docker

# Figures the machine does not tell by itself: disk and memory.
curl -fsSo /tmp/agent.deb https://amazoncloudwatch-agent-@REGION@.s3.@REGION@.amazonaws.com/ubuntu/amd64/latest/amazon-cloudwatch-agent.deb
dpkg -i /tmp/agent.deb && rm /tmp/agent.deb
cat >/opt/aws/amazon-cloudwatch-agent/etc/minato.json <<'JSON'
{
  "metrics": {
    "namespace": "Minato",
    "append_dimensions": { "InstanceId": "${aws:InstanceId}" },
    "aggregation_dimensions": [["InstanceId"]],
    "metrics_collected": {
      "disk": { "measurement": ["used_percent"], "resources": ["/"], "drop_device": true },
      "mem": { "measurement": ["used_percent"] }
    }
  }
}
JSON
/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s \
  -c file:/opt/aws/amazon-cloudwatch-agent/etc/minato.json >/dev/null

aws ecr get-login-password --region @REGION@ | docker login --username AWS --password-stdin @REGISTRY@
docker pull -q @IMAGE@

# Keys are made here, on the machine that uses them; the model's key comes from the parameter store.
install -d -m 0750 /srv/minato
aws ssm get-parameter --region @REGION@ --name @MODEL_KEY@ --with-decryption \
  --query Parameter.Value --output text |
  docker run --rm -i --user 0:0 -v /srv/minato:/srv/minato @IMAGE@ init production --yes \
    --folder /srv/minato --size small --domain @DOMAIN@ --certificate acme --email @MAIL@ \
    --image @IMAGE@ --set LLM_URL=@LLM_URL@ --set LLM_MODEL=@LLM_MODEL@ --secret LLM_API_KEY=-

cd /srv/minato
docker compose build -q
docker compose up -d --wait postgres redis
docker compose run --rm migrate
docker compose up -d
