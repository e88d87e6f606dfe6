alter table quay.marks add column pier text;
