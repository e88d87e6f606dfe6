-- contracts: 20261201000000_pier
alter table quay.marks drop column berth;
